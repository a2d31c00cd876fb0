import { isUsableSchema } from '../definition/json-schema-check.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { MAX_ADVERTISED, MAX_METHODS } from '../wire/constants.js'
import { isFieldName, isHeaderName, isNameTooLong } from '../wire/names.js'
import type { ContextSettings } from '../wire/types.generated.js'

/** The contexts in the settings that a peer advertises, or the message of what is wrong with them. */
export type CheckedSettings =
  | { readonly contexts: ReadonlyMap<string, ContextSettings>; readonly issue?: undefined }
  | { readonly issue: string }

/** Checks the settings that a peer advertises (RC-048). Nothing that they refer to is fetched. */
export function checkSettings(settings: unknown): CheckedSettings {
  const contexts = new Map<string, ContextSettings>()
  if (settings === undefined) return { contexts }
  const advertised = getOwn(settings, 'contexts')
  if (!isObject(advertised)) return { issue: 'contexts is not an object' }
  const keys = Object.keys(advertised)
  if (keys.length > MAX_ADVERTISED)
    return { issue: `there are ${keys.length} contexts; the limit is ${MAX_ADVERTISED}` }
  for (const key of keys) {
    const context = getOwn(advertised, key)
    if (key === '' || isNameTooLong(key)) return { issue: 'a context key is empty or too long' }
    if (!isObject(context)) return { issue: 'a context is not an object' }
    const { required, schema, headers } = context as Record<string, unknown>
    if (required !== undefined && !isMethodList(required)) return { issue: 'required is not a list of methods' }
    if (schema !== undefined && !isUsableSchema(schema)) return { issue: 'schema is not a complete JSON Schema' }
    if (headers !== undefined && !isHeaderMap(headers)) return { issue: 'headers is not an object of header bindings' }
    contexts.set(key, { required, schema, headers } as ContextSettings)
  }
  return { contexts }
}

function isMethodList(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_METHODS || new Set(value).size !== value.length) return false
  return value.every((method) => typeof method === 'string' && method !== '' && !isNameTooLong(method))
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
    !isNameTooLong(name) &&
    isHeaderName(name) &&
    ['string', 'integer', 'boolean'].includes(getOwn(value, 'type') as string) &&
    (scheme === undefined || scheme === 'Bearer')
  )
}
