import { followLocal } from './local-reference.js'
import { isObject, own } from './own.js'

/** A JSON Schema, 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** More subschemas than this are no description of a context. */
const MOST_SUBSCHEMAS = 1000

const DEEPEST = 32

const TYPES: readonly unknown[] = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']

/** Keywords by what they hold (JSON Schema 2020-12). */
const SCHEMAS = [
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
  'if',
  'then',
  'else',
  'not',
]
const SCHEMA_LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const SCHEMA_MAPS = ['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']
const COUNTS = [
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minContains',
  'maxContains',
]
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']

/**
 * Whether a value that a peer sent can be a JSON Schema: its keywords hold what they must, its patterns compile, and it
 * refers to nothing outside itself. Nothing is fetched, and no data is checked against it.
 */
export function isUsableSchema(schema: unknown): boolean {
  let subschemas = 0

  const usable = (value: unknown, depth: number): boolean => {
    if (typeof value === 'boolean') return true
    if (!isObject(value) || ++subschemas > MOST_SUBSCHEMAS || depth > DEEPEST) return false
    const has = (name: string) => own(value, name) !== undefined
    const each = (names: readonly string[], holds: (held: unknown) => boolean) =>
      names.every((name) => !has(name) || holds(own(value, name)))
    return (
      each(['type'], isType) &&
      each(['$ref', '$dynamicRef'], (reference) => isLocal(reference, schema)) &&
      each(['pattern'], isPattern) &&
      each(['patternProperties'], (map) => isObject(map) && Object.keys(map).every(isPattern)) &&
      each(['required'], (names) => isListOf(names, (name) => typeof name === 'string')) &&
      each(['enum'], Array.isArray) &&
      each(COUNTS, (count) => Number.isSafeInteger(count) && (count as number) >= 0) &&
      each(NUMBERS, Number.isFinite) &&
      each(SCHEMAS, (held) => usable(held, depth + 1)) &&
      each(SCHEMA_LISTS, (held) => isListOf(held, (item) => usable(item, depth + 1))) &&
      each(SCHEMA_MAPS, (held) => isObject(held) && Object.values(held).every((item) => usable(item, depth + 1)))
    )
  }

  return isObject(schema) && usable(schema, 1)
}

function isListOf(value: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds)
}

function isType(value: unknown): boolean {
  return TYPES.includes(value) || (isListOf(value, (type) => TYPES.includes(type)) && (value as unknown[]).length > 0)
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    new RegExp(value, 'u')
    return true
  } catch {
    return false
  }
}

/** A reference to the schema itself, or to a subschema that is there. */
function isLocal(reference: unknown, schema: unknown): boolean {
  const target = followLocal(reference, schema)
  return typeof target === 'boolean' || isObject(target)
}
