import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition, ContextInput, HeaderBinding } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import { getOwn } from '../shared/get-own.js'
import { BASE64_PREFIX, BASE64_SUFFIX, CARRIED } from '../wire/constants.js'

/**
 * The headers that mirror a context: one for each bound field that it has and that is not `null`.
 *
 * @param context the context as a client gives it; it is not validated against the schema
 * @throws ContextError `invalid` for a bound field that does not have the type of its binding, an integer that is not
 *   safe, or a string that UTF-8 cannot carry; `too_large` for a header over `maxHeaderBytes`, with its size
 * @example
 * contextToHeaders(requestContext, { tenant: 'acme' }).get('X-Tenant-Id') // 'acme'
 */
export function contextToHeaders<D extends AnyDefinition>(definition: D, context: ContextInput<D>): Headers {
  assertDefinition(definition)
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
  const { maxHeaderBytes } = definition.limits
  for (const binding of definition.headers) {
    const field = getOwn(context, binding.field)
    if (field === undefined || field === null) continue
    const value = writeField(binding, field)
    if (value === undefined) {
      throw new ContextError('invalid', `${binding.field}: header ${binding.name} carries ${CARRIED[binding.type]}`)
    }
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
 * Writes a field as the value of its header (RC-034).
 *
 * @returns `undefined` for a field that does not have the type of its binding
 * @throws ContextError `invalid` for a string that UTF-8 cannot carry
 */
export function writeField(binding: HeaderBinding, field: unknown): string | undefined {
  if (binding.type === 'string') {
    if (typeof field !== 'string') return undefined
    const value = encodeHeaderValue(field)
    return binding.scheme === undefined ? value : `${binding.scheme} ${value}`
  }
  if (binding.type === 'integer') return Number.isSafeInteger(field) ? String(field) : undefined
  return typeof field === 'boolean' ? String(field) : undefined
}

// RFC 9110, section 5.5: visible ASCII, with spaces and tabs only within.
const PLAIN = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/**
 * Makes an HTTP field value of any string: the string itself when it is plain ASCII without white space around it, and
 * otherwise `=?base64?...?=` with the Base64 of its UTF-8 (MCP 2026-07-28, Streamable HTTP; RC-034). A string that begins
 * with `=?base64?` is encoded too, so that no value begins so by chance.
 *
 * @throws ContextError `invalid` for a lone surrogate, which UTF-8 cannot carry
 * @example
 * encodeHeaderValue('acme') // 'acme'
 * encodeHeaderValue('Zürich') // '=?base64?WsO8cmljaA==?='
 */
export function encodeHeaderValue(value: string): string {
  if (PLAIN.test(value) && !value.startsWith(BASE64_PREFIX)) return value
  if (LONE_SURROGATE.test(value)) {
    throw new ContextError('invalid', 'a string with a lone surrogate cannot be an HTTP header value')
  }
  let binary = ''
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte)
  return `${BASE64_PREFIX}${btoa(binary)}${BASE64_SUFFIX}`
}

/**
 * The names of a definition's headers, for the CORS answer of a server that browsers call: for a request with
 * credentials, `Access-Control-Allow-Headers` takes no wildcard (Fetch, CORS protocol).
 */
export function corsAllowHeaders(definition: AnyDefinition): string[] {
  return definition.headers.map(({ name }) => name)
}
