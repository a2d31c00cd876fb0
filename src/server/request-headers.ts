import type { AnyDefinition } from '../definition/types.js'
import { type ContextRejection, rejectMismatch } from '../errors/rejection.js'
import { readField } from '../http/read-headers.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { CARRIED, isContextFree } from '../wire/constants.js'
import type { HeaderPolicy } from './policy.js'
import type { HeaderRecord, IncomingMessage, MessageExtra } from './types.js'

/** Reads one header of the current HTTP request by its name in lower case; `undefined` or empty where it is not there. */
type HeaderReader = (lowerCaseName: string) => string | null | undefined

/** Reads the headers of the HTTP request that a message came in; `undefined` where there is none. */
function headerReader(extra: MessageExtra | undefined): HeaderReader | undefined {
  const given = extra?.request?.headers ?? extra?.requestInfo?.headers
  if (given === undefined) return undefined
  if (typeof given.get === 'function') return (name) => (given as Headers).get(name)
  const record = given as HeaderRecord
  /** Node gives names in lower case. A transport of another make may leave them as they were sent. */
  let isLowerCase: boolean | undefined
  return (lowerCaseName) => {
    isLowerCase ??= Object.keys(record).every((name) => name === name.toLowerCase())
    const value = isLowerCase
      ? (getOwn(record, lowerCaseName) as HeaderRecord[string])
      : Object.keys(record).flatMap((name) => (name.toLowerCase() === lowerCaseName ? (record[name] ?? []) : []))
    // RFC 9110, section 5.3: several lines of one header are one value.
    return typeof value === 'string' ? value : value?.join(', ')
  }
}

/** All headers of the HTTP request that a message came in, in a `Headers` of its own. */
export function requestHeaders(extra: MessageExtra | undefined): Headers {
  const given = extra?.request?.headers ?? extra?.requestInfo?.headers ?? {}
  const headers = new Headers()
  const entries = typeof given.forEach === 'function' ? (given as Headers) : Object.entries(given)
  for (const [name, value] of entries) {
    // Pseudo-headers of Node's HTTP/2 compatibility layer are not header fields (RFC 9113, section 8.3).
    if (value === undefined || name.startsWith(':')) continue
    for (const line of Array.isArray(value) ? value : [value]) headers.append(name, line)
  }
  return headers
}

/** What a header policy is for. */
interface HeaderRule {
  readonly definition: AnyDefinition
  readonly http: HeaderPolicy
}

/** Is told why a context is rejected. */
type Reject = (rejection: ContextRejection) => undefined

/**
 * Applies the header policies of all definitions to a message: compares its contexts with the headers of its HTTP request
 * and lifts fields into its `_meta`.
 *
 * @returns the message to continue with. It is without the contexts that were rejected.
 */
export function applyHeaderPolicies(
  message: IncomingMessage,
  extra: MessageExtra | undefined,
  rules: readonly HeaderRule[],
  reject: Reject,
): IncomingMessage {
  const header = headerReader(extra)
  const original = getOwn(message.params, '_meta')
  let meta = original
  for (const { definition, http } of rules) {
    const raw = getOwn(meta, definition.key)
    const verified = verifyAndLift(message, definition, raw, header, http, reject)
    if (verified !== raw) meta = { ...(meta as object | undefined), [definition.key]: verified }
  }
  if (meta === original) return message
  return { ...message, params: { ...(message.params as object | undefined), _meta: meta } }
}

/**
 * Compares a context with the headers of its HTTP request, and lifts fields out of them (spec, section 7.3).
 *
 * @param raw the entry of `_meta`, or `undefined`
 * @param header `undefined` without HTTP, and where the transport does not tell the headers
 * @returns `raw` itself where nothing was lifted; `undefined` for a context that is rejected
 */
function verifyAndLift(
  { id, method }: IncomingMessage,
  definition: AnyDefinition,
  raw: unknown,
  header: HeaderReader | undefined,
  { verify, lift, prefer, required }: HeaderPolicy,
  reject: Reject,
): unknown {
  if (header === undefined) {
    if (!required || (raw === undefined && (id === undefined || isContextFree(method)))) return raw
    return reject(rejectMismatch(definition, [], 'http.required: the transport tells no headers'))
  }
  // Decoding rejects what is not an object. It has no fields to compare.
  if (raw !== undefined && !isObject(raw)) return raw
  let lifted = raw
  for (const binding of definition.headers) {
    const { field: name } = binding
    const field = getOwn(raw, name)
    const lifts = lift.includes(name) && (field === undefined || prefer === 'header')
    if (!lifts && (field === undefined || verify === false)) continue
    const value = header(binding.lowerCaseName)
    const read = value ? readField(binding, value) : undefined
    let fault: string | undefined
    if (read === undefined) {
      if (value && !isContextFree(method)) fault = `is not ${CARRIED[binding.type]}`
      // No header is expected for null: none mirrors it (RC-036).
      else if (verify === 'strict' && (field ?? null) !== null) fault = 'is missing'
    } else if (lifts) lifted = { ...lifted, [name]: read }
    else if (read !== field) fault = 'contradicts the context'
    if (fault !== undefined) return reject(rejectMismatch(definition, [name], `header ${binding.name} ${fault}`))
  }
  return lifted
}
