import type { HeaderReader } from '../http/reconcile.js'

/** What a transport tells beside a message: `requestInfo` in SDK 1.x, `request` in 2.x, neither where there is no HTTP. */
export interface MessageExtra {
  readonly requestInfo?: { readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> }
  readonly request?: { readonly headers?: Headers }
}

/** Reads the headers of the HTTP request that a message came in; `undefined` where there is none. */
export function headerReader(extra: MessageExtra | undefined): HeaderReader | undefined {
  const web = extra?.request?.headers
  if (web !== undefined) return (name) => web.get(name) ?? undefined
  const node = extra?.requestInfo?.headers
  if (node === undefined) return undefined
  return (name) => {
    const value = node[name.toLowerCase()]
    // RFC 9110, section 5.3: several lines of one header are one value.
    return typeof value === 'string' ? value : value?.join(', ')
  }
}

/** All of them, in a `Headers` of its own. */
export function requestHeaders(extra: MessageExtra | undefined): Headers {
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
