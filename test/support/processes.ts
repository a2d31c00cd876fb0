// Programs of this repository as processes of their own, and the ports that they listen on.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { path } from './markdown.js'
import type { Major } from './sdk.js'

/** The arguments with which `node` runs a TypeScript program of this repository. */
export function nodeArgs(program: string, ...args: string[]): string[] {
  return ['--import', import.meta.resolve('tsx'), path(program), ...args]
}

/** A client's transport to a server that it starts as a process. */
export function stdioTransport(major: Major, program: string, ...args: string[]) {
  const Stdio = major === 1 ? StdioV1 : StdioV2
  return new Stdio({ command: process.execPath, args: nodeArgs(program, ...args), stderr: 'inherit' })
}

/** A program as a process that ends when its stdin closes: at the latest with the process that started it. */
export class Script {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(program: string, ...args: string[]) {
    this.#child = spawn(process.execPath, nodeArgs(program, ...args), { stdio: ['pipe', 'pipe', 'inherit'] })
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

/** Whether something listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

/**
 * A port for a program that cannot be asked which one it got. It is below those that systems give out by themselves
 * (from 32768 on), so that nobody else is given it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.on('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}
