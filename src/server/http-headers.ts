import { own } from '../core/own.js'
import { headerValueOf } from '../http/context-headers.js'
import { currentScope, type MessageExtra } from './scope.js'

/** Which headers {@link getHttpHeaders} returns. */
export interface HttpHeadersOptions {
  /** Names of headers to return although they are left out by default; case does not matter. */
  readonly include?: readonly string[] | undefined
  /** Return all headers. Default `false`. */
  readonly includeAll?: boolean | undefined
}

/** What must not be forwarded: RFC 9110, section 7.6.1, and what belongs to this one request or its sender. */
const WITHHELD: ReadonlySet<string> = new Set([
  'accept',
  'authorization',
  'connection',
  'cookie',
  'host',
  'http2-settings',
  'keep-alive',
  'last-event-id',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const WITHHELD_PREFIXES = ['content-', 'mcp-', 'proxy-'] as const

/**
 * The HTTP headers of the request being handled, the same on every transport: the HTTP request's own where there is one,
 * and each field that a definition binds under its header name, from the context where the request has no such header.
 *
 * By default it leaves out what must not be forwarded: `host`, hop-by-hop headers, `content-*`, `accept`,
 * `authorization`, `cookie`, `proxy-*`, `mcp-*` and `last-event-id`.
 *
 * @returns a `Headers` of its own; a field that is not plain ASCII reads as MCP encodes it (`decodeHeaderValue`)
 * @throws ContextError `outside_request` where no request is being handled
 * @example
 * await fetch(upstream, { headers: getHttpHeaders({ include: ['authorization'] }) })
 */
export function getHttpHeaders(options: HttpHeadersOptions = {}): Headers {
  const scope = currentScope('getHttpHeaders()')
  const headers = requestHeaders(scope.extra)
  for (const definition of scope.definitions) {
    const context = own(scope.meta, definition.key)
    for (const binding of definition.headers) {
      const value = headers.has(binding.name) ? undefined : headerValueOf(binding, own(context, binding.field))
      if (value !== undefined) headers.set(binding.name, value)
    }
  }
  if (options.includeAll !== true) withhold(headers, options.include ?? [])
  return headers
}

function requestHeaders(extra: MessageExtra | undefined): Headers {
  const given = extra?.request?.headers ?? extra?.requestInfo?.headers ?? {}
  const headers = new Headers()
  const entries = typeof given.forEach === 'function' ? (given as Headers) : Object.entries(given)
  for (const [name, value] of entries) {
    // HTTP/2 pseudo-headers of Node's compatibility layer are no header fields (RFC 9113, section 8.3).
    if (value === undefined || name.startsWith(':')) continue
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one)
  }
  return headers
}

function withhold(headers: Headers, include: readonly string[]): void {
  const included = new Set(include.map((name) => name.toLowerCase()))
  const connection = (headers.get('connection') ?? '').toLowerCase().split(/[\s,]+/)
  for (const name of [...headers.keys()]) {
    const withheld =
      WITHHELD.has(name) || WITHHELD_PREFIXES.some((prefix) => name.startsWith(prefix)) || connection.includes(name)
    if (withheld && !included.has(name)) headers.delete(name)
  }
}
