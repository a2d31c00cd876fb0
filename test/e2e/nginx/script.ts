import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A script of this folder as a process, which ends when its stdin closes: at the latest with the process that started it. */
export class Script {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(name: string, args: readonly string[]) {
    const path = fileURLToPath(new URL(name, import.meta.url))
    this.#child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#ended = once(this.#child, 'exit')
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** The first line that it prints. */
  async firstLine(): Promise<string> {
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })
    for await (const line of lines) return line
    throw new Error('the process ended before it printed anything')
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end()
    await this.#ended
  }
}
