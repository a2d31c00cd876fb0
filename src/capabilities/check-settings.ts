import { HEADER_TYPES } from '../definition/header-bindings.js'
import { isUsableSchema } from '../definition/json-schema-check.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { quote } from '../shared/printable.js'
import { MAX_ADVERTISED, MAX_METHODS } from '../wire/constants.js'
import { isAdvertisedName, isFieldName, isHeaderName } from '../wire/names.js'
import type { ContextSettings } from '../wire/types.generated.js'

/** What the members of a context's settings must hold. */
const CHECKS: Readonly<Record<keyof ContextSettings, (value: unknown) => boolean>> = {
  required: isMethodList,
  schema: isUsableSchema,
  headers: isHeaderMap,
}

/**
 * Checks the settings that a peer advertises (RC-048). Nothing that they refer to is fetched.
 *
 * @returns the contexts in the settings, or the message of what is wrong with them
 */
export function checkSettings(settings: unknown): ReadonlyMap<string, ContextSettings> | string {
  const contexts = new Map<string, ContextSettings>()
  if (settings === undefined) return contexts
  const advertised = getOwn(settings, 'contexts')
  const keys = isObject(advertised) ? Object.keys(advertised) : []
  if (!isObject(advertised) || keys.length > MAX_ADVERTISED) {
    return `contexts is not an object of at most ${MAX_ADVERTISED} contexts`
  }
  for (const key of keys) {
    const context = getOwn(advertised, key)
    if (!isAdvertisedName(key) || !isObject(context)) return `context ${quote(key)} is malformed`
    const known: Record<string, unknown> = {}
    for (const [name, check] of Object.entries(CHECKS)) {
      const value = getOwn(context, name)
      if (value !== undefined && !check(value)) return `${name} of context ${quote(key)} is malformed`
      known[name] = value
    }
    contexts.set(key, known)
  }
  return contexts
}

function isMethodList(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_METHODS || new Set(value).size !== value.length) return false
  return value.every((method) => typeof method === 'string' && isAdvertisedName(method))
}

function isHeaderMap(value: unknown): boolean {
  if (!isObject(value)) return false
  const entries = Object.entries(value)
  return (
    entries.length <= MAX_ADVERTISED && entries.every(([field, binding]) => isFieldName(field) && isBinding(binding))
  )
}

function isBinding(value: unknown): boolean {
  const name = getOwn(value, 'name')
  const scheme = getOwn(value, 'scheme')
  return (
    typeof name === 'string' &&
    isAdvertisedName(name) &&
    isHeaderName(name) &&
    HEADER_TYPES.includes(getOwn(value, 'type')) &&
    (scheme === undefined || scheme === 'Bearer')
  )
}
