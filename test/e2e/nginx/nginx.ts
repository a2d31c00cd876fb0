import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathOf } from '../../support/debian.js'
import { isListening, Script } from '../../support/processes.js'

const CONFIGURATION = new URL('nginx.conf', import.meta.url)

/** The configuration as it stands in the repository. */
export function readConfiguration(): Promise<string> {
  return readFile(CONFIGURATION, 'utf8')
}

/** The part of it that the documentation quotes. */
export function quotedPart(configuration: string): string {
  const [, quoted] = /# docs:start\n(.*)\n *# docs:end/s.exec(configuration) ?? []
  if (quoted === undefined) throw new Error('nginx.conf has no docs:start and docs:end')
  return quoted
}

/** An nginx in a directory of its own, with other ports than its configuration says. */
export class Nginx {
  readonly #directory: string
  #script: Script | undefined

  private constructor(directory: string) {
    this.#directory = directory
  }

  /** @param ports what stands for each port of the configuration */
  static async create(configuration: string, ports: ReadonlyMap<number, number>): Promise<Nginx> {
    const directory = await mkdtemp(join(tmpdir(), 'nginx-'))
    await mkdir(join(directory, 'temp'))
    const written = configuration.replaceAll(/127\.0\.0\.1:(\d+)/g, (_, port) => {
      const other = ports.get(Number(port))
      if (other === undefined) throw new Error(`nothing stands for port ${port} of the configuration`)
      return `127.0.0.1:${other}`
    })
    await writeFile(join(directory, 'nginx.conf'), written)
    return new Nginx(directory)
  }

  get #arguments(): string[] {
    return ['-p', this.#directory, '-c', 'nginx.conf', '-e', 'error.log']
  }

  /** What `nginx -t` says of the configuration. */
  test(): Promise<{ code: number; said: string }> {
    return new Promise((resolve) => {
      execFile(pathOf('nginx'), ['-t', ...this.#arguments], (error, _stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), said: stderr })
      })
    })
  }

  /** Starts it, and waits until it listens on a port. */
  async start(port: number): Promise<void> {
    this.#script = new Script('test/e2e/nginx/run.ts', pathOf('nginx'), ...this.#arguments)
    while (this.#script.running) {
      if (await isListening(port)) return
      await sleep(25)
    }
    throw new Error(`nginx did not start: ${await this.log('error')}`)
  }

  log(name: 'access' | 'error'): Promise<string> {
    return readFile(join(this.#directory, `${name}.log`), 'utf8')
  }

  async stop(): Promise<void> {
    await this.#script?.stop()
    await rm(this.#directory, { recursive: true })
  }
}
