import type { HeaderBinding } from '../core/header-binding.js'
import { own } from '../core/own.js'
import { headerValueOf } from '../http/context-headers.js'
import { requestHeaders } from './http-request.js'
import { currentScope } from './scope.js'

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
      if (!headers.has(binding.name)) setHeader(headers, binding, own(context, binding.field))
    }
  }
  if (options.includeAll !== true) withhold(headers, options.include ?? [])
  return headers
}

function setHeader(headers: Headers, binding: HeaderBinding, field: unknown): void {
  try {
    const value = headerValueOf(binding, field)
    if (value !== undefined) headers.set(binding.name, value)
  } catch {
    // A string that UTF-8 cannot carry has no form as a header.
  }
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
