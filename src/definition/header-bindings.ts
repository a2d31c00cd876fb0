import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import { isObject } from '../shared/get-own.js'
import { quote } from '../shared/printable.js'
import { MAX_ADVERTISED } from '../wire/constants.js'
import { isHeaderName } from '../wire/names.js'
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

/** The types of a binding. */
export const HEADER_TYPES: readonly unknown[] = ['string', 'integer', 'boolean'] satisfies HeaderType[]

/**
 * Checks the bindings of a definition.
 *
 * @throws ContextError `invalid_definition`, naming the field and the header
 */
export function resolveBindings(headers: unknown = {}): readonly HeaderBinding[] {
  if (!isObject(headers) || Object.keys(headers).length > MAX_ADVERTISED) {
    throw invalidDefinition(
      `headers must be an object such as { tenant: 'X-Tenant-Id' }, of at most ${MAX_ADVERTISED} fields`,
    )
  }
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
  return Object.freeze(bindings)
}

function resolveBinding(field: string, input: unknown): HeaderBinding {
  const given = (typeof input === 'string' ? { name: input } : input) as Partial<HeaderBinding> | null
  checkOptions(`headers: ${quote(field)}`, given, ['name', 'type', 'scheme'])
  const { name = '', type = 'string', scheme } = given as Partial<HeaderBinding>
  const lowerCaseName = String(name).toLowerCase()
  const issue = issueOf(name, lowerCaseName, type, scheme)
  if (issue !== undefined) throw invalidBinding(field, issue)
  return { field, name, lowerCaseName, type, scheme }
}

function issueOf(name: unknown, lowerCaseName: string, type: unknown, scheme: unknown): string | undefined {
  const isAuthorization = lowerCaseName === 'authorization'
  if (isAuthorization ? scheme !== 'Bearer' || type !== 'string' : scheme !== undefined) {
    return "bind Authorization as { name: 'Authorization', scheme: 'Bearer' }, and no other header with a scheme"
  }
  if (!HEADER_TYPES.includes(type)) return `type must be string, integer or boolean, not ${quote(type)}`
  const isName = typeof name === 'string' && isHeaderName(name)
  if (isName && !isReservedHeader(lowerCaseName)) return undefined
  return `${quote(name)} is ${isName ? 'reserved by HTTP or MCP' : 'not a header name'}: use a name such as "X-Tenant-Id"`
}

/** The error for the binding of one field. */
export function invalidBinding(field: string, message: string): Error {
  return invalidDefinition(`headers: ${quote(field)}: ${message}`)
}
