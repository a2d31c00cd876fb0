import { own } from '../core/own.js'
import type { HeaderReader } from '../http/reconcile.js'

type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>

/** What a transport tells beside a message: `requestInfo` in SDK 1.x, `request` in 2.x, neither where there is no HTTP. */
export interface MessageExtra {
  readonly requestInfo?: { readonly headers?: HeaderRecord }
  readonly request?: { readonly headers?: Headers }
}

/** Reads the headers of the HTTP request that a message came in; `undefined` where there is none. */
export function headerReader(extra: MessageExtra | undefined): HeaderReader | undefined {
  const given = extra?.request?.headers ?? extra?.requestInfo?.headers
  if (given === undefined) return undefined
  if (typeof given.get === 'function') return (name) => (given as Headers).get(name) ?? undefined
  let record: HeaderRecord | undefined
  return (lowerCaseName) => {
    record ??= inLowerCase(given as HeaderRecord)
    const value = own(record, lowerCaseName) as HeaderRecord[string]
    // RFC 9110, section 5.3: several lines of one header are one value.
    return typeof value === 'string' ? value : value?.join(', ')
  }
}

/** Headers as Node gives them: itself, unless a transport of another make left names as they were sent. */
function inLowerCase(record: HeaderRecord): HeaderRecord {
  if (Object.keys(record).every((name) => name === name.toLowerCase())) return record
  const lines = new Map<string, string[]>()
  for (const [name, value = []] of Object.entries(record)) {
    const lower = name.toLowerCase()
    lines.set(lower, [...(lines.get(lower) ?? []), ...[value].flat()])
  }
  return Object.fromEntries(lines)
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
