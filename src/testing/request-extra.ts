import { checkOptions } from '../errors/invalid-definition.js'

/** A JSON-RPC message as it is sent: a request, a notification, a result or an error. */
export interface SentMessage {
  readonly jsonrpc: '2.0'
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly [name: string]: unknown }
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** What `new Headers()` takes. */
type HeadersLike = ConstructorParameters<typeof Headers>[0]

/** What the server is told with each message of the client, as if the message had come over HTTP. */
export interface PairOptions {
  /**
   * The headers of the HTTP request that a message of the client comes in, or a function that is called for each message.
   * Default none, as on a transport without HTTP.
   */
  readonly headers?: HeadersLike | ((message: SentMessage) => HeadersLike)
  /** Who signed in: what a handler gets as `extra.authInfo` in SDK 1.x, as `ctx.http.authInfo` in 2.x. Default none. */
  readonly authInfo?: object | undefined
}

/** What a receiver is told with a message. The version is the one that client and server agreed on, once they did. */
export type RequestExtra = (message: SentMessage, protocolVersion: string | undefined) => object

/**
 * Resolves the options.
 *
 * @throws ContextError `invalid_definition` for an option that does not exist
 * @throws TypeError for headers that `new Headers()` does not take
 */
export function requestExtra(options: PairOptions): RequestExtra {
  checkOptions('connectPair()', options, ['headers', 'authInfo'])
  const { headers, authInfo } = options
  if (headers === undefined) return () => ({ authInfo })
  if (typeof headers === 'function') {
    return (message, version) => ({ authInfo, ...httpRequest(new Headers(headers(message)), version) })
  }
  const fixed = new Headers(headers)
  return (_, version) => ({ authInfo, ...httpRequest(new Headers(fixed), version) })
}

/** An HTTP request as the transports of the SDKs pass it on: 1.x reads the first, 2.x the second. */
function httpRequest(headers: Headers, protocolVersion: string | undefined): object {
  // MCP 2025-06-18, transports, "Protocol Version Header": all requests after initialization have it.
  if (protocolVersion !== undefined) headers.set('mcp-protocol-version', protocolVersion)
  const url = 'http://localhost/mcp'
  return {
    requestInfo: { headers: Object.fromEntries(headers), url: new URL(url) },
    request: new Request(url, { method: 'POST', headers }),
  }
}
