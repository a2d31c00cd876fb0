import { freePort, Script } from '../../support/processes.js'
import type { Major } from '../../support/sdk.js'
import { Nginx, readConfiguration } from './nginx.js'
import type { Received } from './server.js'
import { TokenIssuer } from './token-issuer.js'

/** One line of nginx's access log. */
export interface LogLine {
  readonly tenant: string
  readonly trace: string
  readonly status: number
  readonly upstream: string
}

/** nginx, two MCP server processes behind it, and what issues the tokens. */
export interface Gateway {
  readonly nginx: Nginx
  readonly tokens: TokenIssuer
  readonly acme: McpProcess
  readonly globex: McpProcess
  /** Where clients connect. */
  readonly url: URL
  /** A proxy before it that makes every tenant `globex`. */
  readonly changing: URL
  /** A proxy before it that drops the tenant. */
  readonly dropping: URL
  /** What arrived so far, at either process. */
  received(): Promise<Received[]>
  accessLog(): Promise<LogLine[]>
  stop(): Promise<void>
}

/** A server process, asked directly. */
export class McpProcess {
  readonly #script: Script
  readonly #port: Promise<number>

  constructor(major: Major) {
    this.#script = new Script('test/e2e/nginx/server.ts', String(major))
    this.#port = this.#script.firstLine().then(Number)
  }

  get pid(): number | undefined {
    return this.#script.pid
  }

  get port(): Promise<number> {
    return this.#port
  }

  async received(): Promise<Received[]> {
    return (await this.#ask('received')).json() as Promise<Received[]>
  }

  async open(meeting: string): Promise<void> {
    await this.#ask(`open/${meeting}`)
  }

  stop(): Promise<void> {
    return this.#script.stop()
  }

  async #ask(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${await this.#port}/${path}`)
  }
}

/** Starts it all, with servers of one SDK major. */
export async function startGateway(major: Major): Promise<Gateway> {
  const [acme, globex] = [new McpProcess(major), new McpProcess(major)]
  const tokens = new TokenIssuer()
  const [url, changing, dropping] = [await freePort(), await freePort(), await freePort()]
  const ports = new Map([
    [3001, await acme.port],
    [3002, await globex.port],
    [4180, await tokens.start()],
    [8080, url],
    [8081, changing],
    [8082, dropping],
  ])
  const nginx = await Nginx.create(await readConfiguration(), ports)
  const stop = async () => {
    tokens.stop()
    await Promise.all([acme.stop(), globex.stop(), nginx.stop()])
  }
  try {
    await nginx.start(url)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    nginx,
    tokens,
    acme,
    globex,
    url: mcp(url),
    changing: mcp(changing),
    dropping: mcp(dropping),
    async received() {
      return [...(await acme.received()), ...(await globex.received())]
    },
    async accessLog() {
      const lines = (await nginx.log('access')).trimEnd().split('\n')
      return lines.map((line) => JSON.parse(line))
    },
    stop,
  }
}

function mcp(port: number): URL {
  return new URL(`http://127.0.0.1:${port}/mcp`)
}
