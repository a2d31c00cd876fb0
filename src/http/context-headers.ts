import type { DecodedContext } from '../core/codec.js'
import { codecOf } from '../core/codec-of.js'
import type { AnyDefinition, ContextInput } from '../core/context-definition.js'
import { ContextError } from '../core/error.js'
import type { HeaderBinding } from '../core/header-binding.js'
import { own } from '../core/own.js'
import type { ContextProblem } from '../core/problem.js'
import { decodeHeaderValue, encodeHeaderValue } from './header-codec.js'

/** Some fields of a context, as they were read out of headers. */
export type HeaderFields<D extends AnyDefinition> = Partial<ContextInput<D>>

/**
 * The headers that mirror a context: one for each bound field that it has.
 *
 * @param context the context as a client gives it; it is not checked against the schema
 * @throws ContextError `invalid` for a bound field that is not of its binding's type, an integer that is not safe, or a
 *   string that UTF-8 cannot carry; `too_large` for a header over `maxHeaderBytes`, with its size
 * @example
 * contextToHeaders(requestContext, { tenant: 'acme' }).get('X-Tenant-Id') // 'acme'
 */
export function contextToHeaders<D extends AnyDefinition>(definition: D, context: ContextInput<D>): Headers {
  const headers = new Headers()
  setContextHeaders(headers, definition, context)
  return headers
}

/**
 * Sets the headers that mirror a context among those of a request.
 *
 * @returns their names
 * @throws ContextError as {@link contextToHeaders} does
 */
export function setContextHeaders(headers: Headers, definition: AnyDefinition, context: object): string[] {
  const names: string[] = []
  for (const binding of definition.headers) {
    const field = own(context, binding.field)
    if (field === undefined) continue
    const value = headerValueOf(binding, field)
    if (value === undefined) {
      throw new ContextError('invalid', `${binding.field}: header ${binding.name} takes ${TAKES[binding.type]}`)
    }
    const { maxHeaderBytes } = definition.limits
    if (value.length > maxHeaderBytes) {
      throw new ContextError(
        'too_large',
        `${binding.field}: header ${binding.name} is ${value.length} bytes; the limit is ${maxHeaderBytes}`,
      )
    }
    headers.set(binding.lowerCaseName, value)
    names.push(binding.name)
  }
  return names
}

/**
 * Reads the bound fields of a context out of headers, each as its binding's type says.
 *
 * @returns the fields whose headers are there, or the problem with a header that its type cannot read
 * @example
 * headersToContext(requestContext, request.headers) // { ok: true, context: { tenant: 'acme' } }
 */
export function headersToContext<D extends AnyDefinition>(
  definition: D,
  headers: Headers,
): DecodedContext<HeaderFields<D>> {
  const fields: Record<string, unknown> = {}
  for (const binding of definition.headers) {
    const value = headers.get(binding.lowerCaseName)
    if (value === null) continue
    const field = fieldOfHeader(binding, value)
    if (field === undefined) return { ok: false, problem: unreadableHeader(definition, binding) }
    fields[binding.field] = field
  }
  return { ok: true, context: fields as HeaderFields<D> }
}

/**
 * The names of a definition's headers, for the CORS answer of a server that browsers call: `Access-Control-Allow-Headers`
 * of a request with credentials takes no wildcard (Fetch, CORS protocol).
 */
export function corsAllowHeaders(definition: AnyDefinition): string[] {
  return definition.headers.map(({ name }) => name)
}

const TAKES = { string: 'a string', integer: 'an integer from -(2^53-1) to 2^53-1', boolean: 'a boolean' } as const

/**
 * The header value of a field; `undefined` for one that is not of the binding's type.
 *
 * @throws ContextError `invalid` for a string that UTF-8 cannot carry
 */
export function headerValueOf(binding: HeaderBinding, field: unknown): string | undefined {
  if (binding.type === 'string') {
    if (typeof field !== 'string') return undefined
    const value = encodeHeaderValue(field)
    return binding.scheme === undefined ? value : `${binding.scheme} ${value}`
  }
  if (binding.type === 'integer') return Number.isSafeInteger(field) ? String(field) : undefined
  return typeof field === 'boolean' ? String(field) : undefined
}

/** The field that a header value stands for; `undefined` for one that the binding's type cannot read. */
export function fieldOfHeader({ type, scheme }: HeaderBinding, value: string): string | number | boolean | undefined {
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : undefined
  if (type === 'integer') {
    const integer = /^(?:0|-?[1-9][0-9]{0,15})$/.test(value) ? Number(value) : Number.NaN
    return Number.isSafeInteger(integer) ? integer : undefined
  }
  if (scheme === undefined) return decodeHeaderValue(value)
  // RFC 9110, section 11.1: the scheme's case does not matter, and spaces end it.
  const credentials = /^([A-Za-z]+) +([^ ].*)$/.exec(value)
  return credentials?.[1]?.toLowerCase() === scheme.toLowerCase() ? decodeHeaderValue(credentials[2] ?? '') : undefined
}

export function unreadableHeader(definition: AnyDefinition, { field, name, type }: HeaderBinding): ContextProblem {
  return codecOf(definition).mismatch(definition, field, `header ${name} is not ${TAKES[type]}`)
}
