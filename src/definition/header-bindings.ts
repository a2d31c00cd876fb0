import { invalidDefinition } from '../errors/invalid-definition.js'
import { isObject } from '../shared/get-own.js'
import { quote } from '../shared/printable.js'
import { MAX_ADVERTISED } from '../wire/constants.js'
import { FIELD_NAME, isHeaderName, MAX_NAME_LENGTH } from '../wire/names.js'
import { isReservedHeader } from './reserved-headers.js'
import type { HeaderBinding, HeaderType } from './types.js'

/**
 * The HTTP header that a field is mirrored into: its name, or its name and the type of the field. `Authorization` is
 * taken only in the form that names its scheme.
 */
export type HeaderBindingInput =
  | string
  | { readonly name: string; readonly type?: HeaderType | undefined }
  | { readonly name: string; readonly scheme: 'Bearer' }

const TYPES: readonly unknown[] = ['string', 'integer', 'boolean'] satisfies HeaderType[]

/**
 * Checks the bindings of a definition.
 *
 * @throws ContextError `invalid_definition`, naming the field and the header
 */
export function resolveBindings(headers: unknown = {}): readonly HeaderBinding[] {
  if (!isObject(headers)) throw invalidDefinition("headers must be an object such as { tenant: 'X-Tenant-Id' }")
  const bindings: HeaderBinding[] = []
  for (const [field, input] of Object.entries(headers)) {
    if (input === undefined) continue
    const binding = resolveBinding(field, input)
    const other = bindings.find(({ lowerCaseName }) => lowerCaseName === binding.lowerCaseName)
    if (other !== undefined) {
      throw invalidBinding(field, `header ${quote(binding.name)} is already bound to the field ${quote(other.field)}`)
    }
    bindings.push(Object.freeze(binding))
  }
  if (bindings.length > MAX_ADVERTISED) {
    throw invalidDefinition(`headers: ${bindings.length} fields are bound; the limit is ${MAX_ADVERTISED}`)
  }
  return Object.freeze(bindings)
}

function resolveBinding(field: string, input: unknown): HeaderBinding {
  if (!FIELD_NAME.test(field)) throw invalidBinding(field, `is not a field name: it must match ${FIELD_NAME.source}`)
  const given: Record<string, unknown> =
    typeof input === 'string' ? { name: input } : isObject(input) ? { ...input } : {}
  const { name, type = 'string', scheme, ...rest } = given
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) {
    throw invalidBinding(field, `a binding has name, type or scheme, and no ${quote(unknown)}`)
  }
  if (typeof name !== 'string') {
    throw invalidBinding(field, "needs the name of a header: 'X-Tenant-Id', or { name: 'X-Tenant-Id' }")
  }
  if (!isHeaderName(name)) throw invalidBinding(field, `${quote(name)} is not a header name (RFC 9110, section 5.6.2)`)
  if (name.length > MAX_NAME_LENGTH) {
    throw invalidBinding(field, `a header name has at most ${MAX_NAME_LENGTH} characters, not ${name.length}`)
  }
  const lowerCaseName = name.toLowerCase()
  if (lowerCaseName === 'authorization') {
    if (scheme !== 'Bearer' || type !== 'string') {
      throw invalidBinding(field, "Authorization is bound only as { name: 'Authorization', scheme: 'Bearer' }")
    }
    return { field, name, lowerCaseName, type: 'string', scheme }
  }
  if (scheme !== undefined) throw invalidBinding(field, `a scheme is for Authorization only, not for ${quote(name)}`)
  if (!TYPES.includes(type)) throw invalidBinding(field, `type must be string, integer or boolean, not ${quote(type)}`)
  if (isReservedHeader(lowerCaseName)) {
    throw invalidBinding(
      field,
      `${quote(name)} belongs to HTTP, a proxy, the browser or MCP; choose a name such as "X-Tenant-Id"`,
    )
  }
  return { field, name, lowerCaseName, type: type as HeaderType }
}

/** The error for the binding of one field. */
export function invalidBinding(field: string, message: string): Error {
  return invalidDefinition(`headers: ${quote(field)}: ${message}`)
}
