import { HEADER_TYPES } from '../definition/header-bindings.js'
import { readSchema } from '../definition/json-schema-check.js'
import { DEFAULT_LIMITS } from '../definition/limits.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { quote } from '../shared/printable.js'
import { MAX_ADVERTISED, MAX_METHODS } from '../wire/constants.js'
import { isAdvertisedName, isFieldName, isHeaderName } from '../wire/names.js'
import type { ContextSettings } from '../wire/types.generated.js'

/** What is made of the members of a context's settings: `undefined` for one that is malformed. */
const READERS: Readonly<Record<keyof ContextSettings, (value: unknown) => unknown>> = {
  required: (value) => (isListOf(value, MAX_METHODS, isAdvertisedName) ? value : undefined),
  schema: readSchema,
  headers: (value) => (isHeaderMap(value) ? value : undefined),
  limits: (value) => (isLimitMap(value) ? value : undefined),
  sensitive: (value) => (isListOf(value, MAX_ADVERTISED, isFieldName) ? value : undefined),
}

/** The contexts that a peer advertises, and what is wrong with what was ignored. */
export interface CheckedSettings {
  readonly contexts: ReadonlyMap<string, ContextSettings>
  readonly issues: readonly string[]
}

/**
 * Checks the settings that a peer advertises (RC-048): a malformed context is ignored by itself. Nothing that they refer to
 * is fetched.
 */
export function checkSettings(settings: unknown): CheckedSettings {
  const contexts = new Map<string, ContextSettings>()
  const issues: string[] = []
  if (settings === undefined) return { contexts, issues }
  const advertised = getOwn(settings, 'contexts')
  const keys = isObject(advertised) ? Object.keys(advertised) : []
  if (!isObject(advertised) || keys.length > MAX_ADVERTISED) {
    return { contexts, issues: [`contexts is not an object of at most ${MAX_ADVERTISED} contexts`] }
  }
  for (const key of keys) {
    const context = readContext(key, getOwn(advertised, key))
    if (typeof context === 'string') issues.push(context)
    else contexts.set(key, context)
  }
  return { contexts, issues }
}

/** The settings of one context, or the message of what is wrong with them. */
function readContext(key: string, context: unknown): ContextSettings | string {
  if (!isAdvertisedName(key) || !isObject(context)) return `context ${quote(key)} is malformed`
  const known: Record<string, unknown> = {}
  for (const [name, read] of Object.entries(READERS)) {
    const value = getOwn(context, name)
    if (value === undefined) continue
    known[name] = read(value)
    if (known[name] === undefined) return `${name} of context ${quote(key)} is malformed`
  }
  return known
}

function isListOf(value: unknown, most: number, check: (item: string) => boolean): boolean {
  if (!Array.isArray(value) || value.length > most || new Set(value).size !== value.length) return false
  return value.every((item) => typeof item === 'string' && check(item))
}

function isLimitMap(value: unknown): boolean {
  if (!isObject(value)) return false
  return Object.keys(DEFAULT_LIMITS).every((name) => {
    const limit = getOwn(value, name)
    return limit === undefined || (Number.isSafeInteger(limit) && (limit as number) >= 1)
  })
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
