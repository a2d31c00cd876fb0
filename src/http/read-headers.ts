import type { DecodedContext } from '../codec/codec.js'
import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition, ContextInput, HeaderBinding } from '../definition/types.js'
import { rejectMismatch } from '../errors/rejection.js'
import { BASE64_VALUE, CARRIED } from '../wire/constants.js'

/** Some fields of a context, as they were read out of headers. */
export type HeaderFields<D extends AnyDefinition> = Partial<ContextInput<D>>

/**
 * Reads the bound fields of a context out of headers, each by the type of its binding. An empty header counts as none.
 *
 * @returns the fields whose headers are there; or the rejection of a header that cannot be read
 * @example
 * headersToContext(requestContext, request.headers) // { ok: true, context: { tenant: 'acme' } }
 */
export function headersToContext<D extends AnyDefinition>(
  definition: D,
  headers: Headers,
): DecodedContext<HeaderFields<D>> {
  assertDefinition(definition)
  const fields: Record<string, unknown> = {}
  for (const binding of definition.headers) {
    const value = headers.get(binding.lowerCaseName)
    if (!value) continue
    const field = readField(binding, value)
    if (field === undefined) {
      const message = `header ${binding.name} is not ${CARRIED[binding.type]}`
      return { ok: false, rejection: rejectMismatch(definition, [binding.field], message) }
    }
    fields[binding.field] = field
  }
  return { ok: true, context: fields as HeaderFields<D> }
}

/** Reads a field out of the value of its header; `undefined` for a value that does not have the type of the binding. */
export function readField({ type, scheme }: HeaderBinding, value: string): string | number | boolean | undefined {
  if (type === 'boolean') return value === 'true' || (value === 'false' ? false : undefined)
  if (type === 'integer') {
    const integer = Number(value)
    // Written as JSON writes it, and no other way.
    return Number.isSafeInteger(integer) && String(integer) === value ? integer : undefined
  }
  // RFC 9110, section 11.1: the case of the scheme does not matter, and spaces end it.
  const text = scheme === undefined ? value : /^bearer +([^ ].*)$/i.exec(value)?.[1]
  return text && decodeHeaderValue(text)
}

/** What a field value may consist of: visible ASCII, spaces and tabs (RFC 9110, section 5.5, without `obs-text`). */
const READABLE = /^[\t\x20-\x7e]*$/

/**
 * Reads back what `encodeHeaderValue` made.
 *
 * @returns the string; `undefined` where the value has a byte that is not visible ASCII, a space or a tab, or where it has
 *   the form of an encoded one and is not exactly the Base64 of UTF-8
 */
export function decodeHeaderValue(value: string): string | undefined {
  if (!READABLE.test(value)) return undefined
  const base64 = BASE64_VALUE.exec(value)?.[1]
  if (base64 === undefined) return value
  try {
    const binary = atob(base64)
    // atob() forgives white space, missing padding and stray bits; a header value has one form only (RFC 4648, section 3.5).
    if (btoa(binary) !== base64) return undefined
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
