import { getOwn, isObject } from '../shared/get-own.js'
import { MAX_SCHEMA_DEPTH, MAX_SUBSCHEMAS } from '../wire/constants.js'
import { followReference } from './json-schema.js'

const TYPES: readonly unknown[] = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']

/** What the keywords of JSON Schema 2020-12 hold: the check, and the keywords that it is for. */
type Check = (value: unknown) => boolean

const VALUE_CHECKS: readonly (readonly [Check, string])[] = [
  [isType, 'type'],
  [isPattern, 'pattern'],
  [(map) => isObject(map) && Object.keys(map).every(isPattern), 'patternProperties'],
  [(names) => isListOf(names, (name) => typeof name === 'string'), 'required'],
  [Array.isArray, 'enum'],
  [
    (count) => Number.isSafeInteger(count) && (count as number) >= 0,
    'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains',
  ],
  [Number.isFinite, 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'],
]

const SCHEMA =
  'items contains additionalProperties propertyNames unevaluatedItems unevaluatedProperties if then else not'
const SCHEMA_LIST = 'allOf anyOf oneOf prefixItems'
const SCHEMA_MAP = 'properties patternProperties dependentSchemas $defs definitions'

/**
 * Whether a value that a peer sent can be a JSON Schema that is complete in itself: its keywords hold what they must, its
 * patterns compile, and each reference leads to a subschema of its own. Nothing is fetched, and no data is checked
 * against it.
 */
export function isUsableSchema(schema: unknown): boolean {
  let subschemas = 0

  const isUsable = (value: unknown, depth: number): boolean => {
    if (typeof value === 'boolean') return true
    if (!isObject(value) || ++subschemas > MAX_SUBSCHEMAS || depth > MAX_SCHEMA_DEPTH) return false
    const isInner: Check = (inner) => isUsable(inner, depth + 1)
    const checks: readonly (readonly [Check, string])[] = [
      ...VALUE_CHECKS,
      [(reference) => leadsToSchema(reference, schema), '$ref $dynamicRef'],
      [isInner, SCHEMA],
      [(list) => isListOf(list, isInner), SCHEMA_LIST],
      [(map) => isObject(map) && Object.values(map).every(isInner), SCHEMA_MAP],
    ]
    return checks.every(([check, keywords]) =>
      keywords.split(' ').every((keyword) => {
        const held = getOwn(value, keyword)
        return held === undefined || check(held)
      }),
    )
  }

  return isObject(schema) && isUsable(schema, 1)
}

function isListOf(value: unknown, check: Check): boolean {
  return Array.isArray(value) && value.every(check)
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

/** Whether a reference leads to the schema itself, or to a subschema of it. */
function leadsToSchema(reference: unknown, schema: unknown): boolean {
  const target = followReference(reference, schema)
  return typeof target === 'boolean' || isObject(target)
}
