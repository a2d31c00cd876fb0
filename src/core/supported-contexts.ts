import { EXTENSION_ID, LONGEST_NAME, MOST_ADVERTISED, MOST_METHODS } from './constants.js'
import { ContextError } from './error.js'
import { isFieldName } from './field-name.js'
import { isHeaderName } from './header-binding.js'
import { isObject, own } from './own.js'
import { isUsableSchema } from './schema-check.js'
import type { ContextSettings } from './wire.generated.js'

const NONE: ReadonlyMap<string, ContextSettings> = new Map()

/** What was made of a server's capabilities, by the object that the client holds: it is checked once. */
const checked = new WeakMap<object, ReadonlyMap<string, ContextSettings>>()

interface Connected {
  readonly transport?: unknown
  getServerCapabilities?(): unknown
  getClientCapabilities?(): unknown
  onerror?: ((error: Error) => void) | undefined
}

/**
 * The contexts that the connected peer advertises: a server, to its client; a client, to a server that would send it
 * sampling or elicitation. They come by their context key, with the methods
 * that require each, its JSON Schema and its header bindings, as far as the peer says.
 *
 * What a server says is checked first. One that advertises rubbish is taken to advertise nothing: the map is empty, and
 * the client's `onerror` is told why, once. Nothing is ever fetched.
 *
 * @param client a `Client` of either SDK major, or a view of one; before it is connected, the map is empty
 * @example
 * if (supportedContexts(client).has(requestContext.key)) { ... }
 */
export function supportedContexts(client: object): ReadonlyMap<string, ContextSettings> {
  const peer = client as Connected
  const capabilities = peer.getServerCapabilities?.() ?? peer.getClientCapabilities?.()
  if (typeof capabilities !== 'object' || capabilities === null) return NONE
  let contexts = checked.get(capabilities)
  if (contexts === undefined) {
    const problem = problemOf(own(own(capabilities, 'extensions'), EXTENSION_ID))
    contexts = typeof problem === 'string' ? NONE : problem
    checked.set(capabilities, contexts)
    if (typeof problem === 'string') {
      peer.onerror?.(new ContextError('invalid', `the peer's settings of ${EXTENSION_ID} are ignored: ${problem}`))
    }
  }
  return contexts
}

/** The contexts in a server's settings, or what is wrong with them. */
function problemOf(settings: unknown): string | ReadonlyMap<string, ContextSettings> {
  if (settings === undefined) return NONE
  const contexts = own(settings, 'contexts')
  if (!isObject(contexts)) return 'contexts is not an object'
  const keys = Object.keys(contexts)
  if (keys.length > MOST_ADVERTISED) return `there are ${keys.length} contexts; the limit is ${MOST_ADVERTISED}`
  const map = new Map<string, ContextSettings>()
  for (const key of keys) {
    const context = own(contexts, key)
    if (key === '' || isTooLong(key)) return 'a context key is empty or too long'
    if (!isObject(context)) return 'a context is not an object'
    const { required, schema, headers } = context as Record<string, unknown>
    if (required !== undefined && !isMethods(required)) return 'required is not a list of methods'
    if (schema !== undefined && !isUsableSchema(schema)) return 'schema is not a JSON Schema that stands by itself'
    if (headers !== undefined && !isHeaders(headers)) return 'headers is not an object of header bindings'
    map.set(key, { required, schema, headers } as ContextSettings)
  }
  return map
}

/** JSON Schema counts the characters of a string, not its UTF-16 code units. */
function isTooLong(name: string): boolean {
  return name.length > LONGEST_NAME && (name.length > 2 * LONGEST_NAME || [...name].length > LONGEST_NAME)
}

function isMethods(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MOST_METHODS || new Set(value).size !== value.length) return false
  return value.every((method) => typeof method === 'string' && method !== '' && !isTooLong(method))
}

function isHeaders(value: unknown): boolean {
  if (!isObject(value)) return false
  const entries = Object.entries(value)
  return (
    entries.length <= MOST_ADVERTISED && entries.every(([field, binding]) => isFieldName(field) && isBinding(binding))
  )
}

function isBinding(value: unknown): boolean {
  const name = own(value, 'name')
  const scheme = own(value, 'scheme')
  return (
    typeof name === 'string' &&
    !isTooLong(name) &&
    isHeaderName(name) &&
    ['string', 'integer', 'boolean'].includes(own(value, 'type') as string) &&
    (scheme === undefined || scheme === 'Bearer')
  )
}
