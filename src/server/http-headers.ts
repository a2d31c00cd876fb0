import type { HeaderBinding } from '../definition/types.js'
import { writeField } from '../http/mirror-context.js'
import { getOwn } from '../shared/get-own.js'
import { requestHeaders } from './request-headers.js'
import { outsideRequestError, scopes } from './scope.js'

/** Which headers {@link getHttpHeaders} returns. */
export interface HttpHeadersOptions {
  /** Names of headers to return that are left out by default. Case does not matter. */
  readonly include?: readonly string[] | undefined
  /** Return all headers. Default `false`. */
  readonly includeAll?: boolean | undefined
}

/** Headers that must not be forwarded: RFC 9110, section 7.6.1, and those of this one request or its sender. */
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
 * The HTTP headers of the request at hand, the same on every transport: those of the HTTP request, where there is one, and
 * a header for each bound field of the context that the request has no header for.
 *
 * By default it leaves out headers that must not be forwarded: `host`, hop-by-hop headers, `content-*`, `accept`,
 * `authorization`, `cookie`, `proxy-*`, `mcp-*` and `last-event-id`.
 *
 * @returns a `Headers` of its own; a field that is not plain ASCII reads as MCP encodes it (`decodeHeaderValue`)
 * @throws ContextError `outside_request` where no request is being handled
 * @example
 * await fetch(upstream, { headers: getHttpHeaders({ include: ['authorization'] }) })
 */
export function getHttpHeaders(options: HttpHeadersOptions = {}): Headers {
  const scope = scopes.getStore()
  if (scope === undefined) throw outsideRequestError('getHttpHeaders()')
  const headers = requestHeaders(scope.extra)
  for (const definition of scope.definitions) {
    const context = getOwn(scope.meta, definition.key)
    for (const binding of definition.headers) {
      if (!headers.has(binding.name)) setHeader(headers, binding, getOwn(context, binding.field))
    }
  }
  if (options.includeAll !== true) withhold(headers, options.include ?? [])
  return headers
}

function setHeader(headers: Headers, binding: HeaderBinding, field: unknown): void {
  try {
    const value = writeField(binding, field)
    if (value !== undefined) headers.set(binding.name, value)
  } catch {
    // UTF-8 cannot carry a lone surrogate, so no header can.
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
