import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Counts } from './client.js'
import type { Mode } from './context.js'
import { type Results, readResults } from './results.js'
import type { ServerCounts } from './server.js'

const LONGEST_MS = 180_000

/** The one scenario that measures time. It is run by itself, and has three tries: a busy machine is late at times. */
const TIMED = 'sse-retry'
const TRIES = 3

/** What a client did in a scenario. */
export interface Played {
  readonly outcome: string
  readonly counts: Record<string, Counts>
}

export interface ServerRun {
  readonly results: Results
  readonly counts: ServerCounts
}

export interface ClientRun {
  readonly results: Results
  readonly played: ReadonlyMap<string, Played>
}

/** The suite, with programs to be tested by it. */
export class Suite {
  readonly #node: string
  readonly #main: string
  readonly #programs: string
  readonly #running = new Set<ChildProcess>()
  #runs = 0

  /**
   * @param tools a folder with the suite and a Node that it runs on, as npm installs them
   * @param programs a folder with `server.mjs` and `client.mjs`
   */
  constructor(tools: string, programs: string) {
    this.#node = join(tools, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node')
    this.#main = join(tools, 'node_modules/@modelcontextprotocol/conformance/dist/index.js')
    this.#programs = programs
  }

  /** Runs all server scenarios against a server. */
  async server(major: number, mode: Mode): Promise<ServerRun> {
    const server = this.#start(process.execPath, [join(this.#programs, 'server.mjs'), String(major), mode], 'inherit')
    const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
    try {
      const url: string | undefined = (await lines.next()).value
      if (url === undefined) throw new Error(`the server of SDK ${major}, ${mode}, did not start`)
      const output = await this.#run(['server', '--suite', 'all', '--url', url])
      server.stdin?.end()
      return { results: await readResults(output), counts: JSON.parse((await lines.next()).value) }
    } finally {
      server.kill()
    }
  }

  /** Runs all client scenarios against a client. */
  async client(major: number, mode: Mode): Promise<ClientRun> {
    const folder = join(this.#programs, `client-${major}-${mode}`)
    await mkdir(folder)
    const command = [process.execPath, join(this.#programs, 'client.mjs'), major, mode, folder].join(' ')
    const results = new Map(await readResults(await this.#run(['client', '--command', command, '--suite', 'all'])))
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const timed = await readResults(await this.#run(['client', '--command', command, '--scenario', TIMED]))
      results.set(TIMED, timed.get(TIMED) ?? [])
      if (!results.get(TIMED)?.some((entry) => /^(FAILURE|WARNING) client-sse-retry-timing:/.test(entry))) break
    }
    const played = new Map<string, Played>()
    for (const file of await readdir(folder)) played.set(file, JSON.parse(await readFile(join(folder, file), 'utf8')))
    return { results, played }
  }

  /** Ends what still runs. */
  stop(): void {
    for (const child of this.#running) child.kill()
  }

  /** Runs the suite; answers the folder with its results. It fails where checks do, so its exit code says nothing. */
  async #run(args: readonly string[]): Promise<string> {
    const output = join(this.#programs, `results-${++this.#runs}`)
    const suite = this.#start(this.#node, [this.#main, ...args, '--output-dir', output], 'pipe')
    let said = ''
    for (const stream of [suite.stdout, suite.stderr]) stream?.on('data', (text) => (said += text))
    await new Promise((resolve) => suite.on('close', resolve))
    if (!said.includes('Results saved to')) throw new Error(`the suite did not run:\n${said}`)
    return output
  }

  #start(command: string, args: readonly string[], stderr: 'pipe' | 'inherit'): ChildProcess {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', stderr], timeout: LONGEST_MS })
    this.#running.add(child)
    child.on('close', () => this.#running.delete(child))
    return child
  }
}
