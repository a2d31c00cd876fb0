import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What answers nginx's `auth_request`, as oauth2-proxy does: with another token each time. */
export class TokenIssuer {
  /** The token that each call was given, by the call's trace. */
  readonly issued = new Map<string, string>()
  /** Traces of calls that are let through without a token. */
  readonly tokenless = new Set<string>()
  /** Traces of calls that are not let through. */
  readonly refused = new Set<string>()
  readonly #http: Server
  #count = 0

  constructor() {
    this.#http = createServer((request, response) => {
      const trace = String(request.headers['x-trace-id'])
      if (this.refused.has(trace)) {
        response.writeHead(401).end()
        return
      }
      const token = `TOKEN_${++this.#count}`
      if (!this.tokenless.has(trace)) {
        this.issued.set(trace, token)
        response.setHeader('X-Auth-Request-Access-Token', token)
      }
      response.writeHead(202).end()
    })
  }

  /** Serves on a free port. */
  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    return (this.#http.address() as AddressInfo).port
  }

  stop(): void {
    this.#http.closeAllConnections()
    this.#http.close()
  }
}
