import { ContextError } from '../core/error.js'
import { quote } from '../core/quote.js'
import type { SentMessage } from './sent-message.js'

/** What `new Headers()` takes. */
type HeadersLike = ConstructorParameters<typeof Headers>[0]

/** What comes with each message of the client, as if it had come over HTTP. */
export interface PairOptions {
  /**
   * The headers of the HTTP request that a message of the client comes in, or a function that is asked for each message.
   * Default none, as on a transport without HTTP.
   */
  readonly headers?: HeadersLike | ((message: SentMessage) => HeadersLike)
  /** Who signed in: what a handler gets as `extra.authInfo` in SDK 1.x, as `ctx.http.authInfo` in 2.x. Default none. */
  readonly authInfo?: object | undefined
}

/** What a receiver is told beside a message; the version is the one that client and server agreed on, once they did. */
export type RequestExtra = (message: SentMessage, protocolVersion: string | undefined) => object

const OPTIONS: readonly string[] = ['headers', 'authInfo']

/**
 * Resolves the options.
 *
 * @throws ContextError `invalid_definition` for an option that does not exist
 * @throws TypeError for what `new Headers()` does not take
 */
export function requestExtra(options: PairOptions): RequestExtra {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new ContextError('invalid_definition', `there is no option ${quote(name)}; there is ${OPTIONS.join(', ')}`)
    }
  }
  const { headers, authInfo } = options
  if (headers === undefined) return () => ({ authInfo })
  if (typeof headers === 'function') {
    return (message, version) => ({ authInfo, ...httpRequest(new Headers(headers(message)), version) })
  }
  const fixed = new Headers(headers)
  return (_, version) => ({ authInfo, ...httpRequest(new Headers(fixed), version) })
}

/** An HTTP request as the transports of the SDKs hand it on: 1.x reads the first, 2.x the second. */
function httpRequest(headers: Headers, protocolVersion: string | undefined): object {
  // MCP 2025-06-18, transports, "Protocol Version Header": all requests after initialization have it.
  if (protocolVersion !== undefined) headers.set('mcp-protocol-version', protocolVersion)
  const url = 'http://localhost/mcp'
  return {
    requestInfo: { headers: Object.fromEntries(headers), url: new URL(url) },
    request: new Request(url, { method: 'POST', headers }),
  }
}
