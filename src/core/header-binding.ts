import { FIELD_NAME, LONGEST_NAME, MOST_ADVERTISED } from './constants.js'
import { ContextError } from './error.js'
import { isObject } from './own.js'
import { quote } from './quote.js'

/** Whether a string is a token (RFC 9110, section 5.6.2), as the names of headers are. */
export function isHeaderName(name: string): boolean {
  return TOKEN.test(name)
}

/** How a bound field's value is read back out of its header. */
export type HeaderType = 'string' | 'integer' | 'boolean'

/**
 * The HTTP header that a field is mirrored into: its name, or its name and the type of the field. `Authorization` is
 * taken only in the form that says its scheme.
 */
export type HeaderBindingInput =
  | string
  | { readonly name: string; readonly type?: HeaderType | undefined }
  | { readonly name: string; readonly scheme: 'Bearer' }

/** A checked binding of one field to one HTTP header. */
export interface HeaderBinding {
  readonly field: string
  /** The header's name as it was given; HTTP compares names without regard to case (RFC 9110, section 5.1). */
  readonly name: string
  /** The same in lower case, as it goes out and is looked up. */
  readonly lowerCaseName: string
  readonly type: HeaderType
  /** What stands before the value, for `Authorization`. */
  readonly scheme?: 'Bearer'
}

const TYPES: readonly unknown[] = ['string', 'integer', 'boolean'] satisfies HeaderType[]

// RFC 9110, section 5.6.2.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Headers that belong to HTTP itself, to proxies, to browsers or to MCP: a field can be bound to none of them. */
const OWNED: ReadonlySet<string> = new Set([
  'accept',
  'age',
  'allow',
  'alt-svc',
  'cache-control',
  'connection',
  'cookie',
  'cookie2',
  'date',
  'dnt',
  'dpop',
  'etag',
  'expect',
  'expires',
  'forwarded',
  'from',
  'host',
  'http2-settings',
  'keep-alive',
  'last-event-id',
  'last-modified',
  'location',
  'max-forwards',
  'origin',
  'pragma',
  'range',
  'referer',
  'retry-after',
  'server',
  'set-cookie',
  'set-cookie2',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'upgrade-insecure-requests',
  'user-agent',
  'vary',
  'via',
  'warning',
  'www-authenticate',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
])

/** Beginnings of such names. */
const OWNED_PREFIXES = ['accept-', 'access-control-', 'content-', 'if-', 'mcp-', 'proxy-', 'sec-'] as const

/**
 * Checks the bindings of a definition.
 *
 * @throws ContextError `invalid_definition`, naming the field and the header
 */
export function resolveBindings(headers: unknown): readonly HeaderBinding[] {
  if (headers === undefined) return Object.freeze([])
  if (!isObject(headers)) {
    throw new ContextError('invalid_definition', "headers must be an object such as { tenant: 'X-Tenant-Id' }")
  }
  const fieldOf = new Map<string, string>()
  const bindings: HeaderBinding[] = []
  for (const [field, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const binding = resolveBinding(field, value)
    const other = fieldOf.get(binding.lowerCaseName)
    if (other !== undefined) {
      throw refuse(field, `header ${quote(binding.name)} is bound to the field ${quote(other)} already`)
    }
    fieldOf.set(binding.lowerCaseName, field)
    bindings.push(Object.freeze(binding))
  }
  if (bindings.length > MOST_ADVERTISED) {
    throw new ContextError(
      'invalid_definition',
      `headers: ${bindings.length} fields are bound; the limit is ${MOST_ADVERTISED}`,
    )
  }
  return Object.freeze(bindings)
}

function resolveBinding(field: string, value: unknown): HeaderBinding {
  if (!FIELD_NAME.test(field)) throw refuse(field, `is not a field name that matches ${FIELD_NAME.source}`)
  const given: Record<string, unknown> =
    typeof value === 'string' ? { name: value } : typeof value === 'object' && value !== null ? { ...value } : {}
  const { name, type = 'string', scheme, ...rest } = given
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw refuse(field, `a binding has name, type or scheme, and no ${quote(unknown)}`)
  if (typeof name !== 'string') throw refuse(field, "needs a header's name: 'X-Tenant-Id', or { name: 'X-Tenant-Id' }")
  if (!isHeaderName(name)) throw refuse(field, `${quote(name)} is no header name (RFC 9110, section 5.6.2)`)
  if (name.length > LONGEST_NAME) {
    throw refuse(field, `a header name has at most ${LONGEST_NAME} characters, not ${name.length}`)
  }
  const lowerCaseName = name.toLowerCase()
  if (lowerCaseName === 'authorization') {
    if (scheme !== 'Bearer' || type !== 'string') {
      throw refuse(field, "Authorization is bound only as { name: 'Authorization', scheme: 'Bearer' }")
    }
    return { field, name, lowerCaseName, type: 'string', scheme }
  }
  if (scheme !== undefined) throw refuse(field, `a scheme is for Authorization only, not for ${quote(name)}`)
  if (!TYPES.includes(type)) throw refuse(field, `type must be string, integer or boolean, not ${quote(type)}`)
  if (OWNED.has(lowerCaseName) || OWNED_PREFIXES.some((prefix) => lowerCaseName.startsWith(prefix))) {
    throw refuse(
      field,
      `${quote(name)} belongs to HTTP, a proxy, the browser or MCP; choose a name such as "X-Tenant-Id"`,
    )
  }
  return { field, name, lowerCaseName, type: type as HeaderType }
}

function refuse(field: string, message: string): ContextError {
  return new ContextError('invalid_definition', `headers: ${quote(field)}: ${message}`)
}
