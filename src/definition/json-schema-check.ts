import { getOwn, isObject } from '../shared/get-own.js'
import { MAX_SCHEMA_DEPTH, MAX_SUBSCHEMAS } from '../wire/constants.js'
import { leadsToSchema, TYPES } from './json-schema-reference.js'

/** What the keywords of JSON Schema 2020-12 hold: the check, and the keywords that it is for. */
type Check = (value: unknown) => boolean

// Only functions and texts: a bundler does not leave out what reads a property of `Array`.
const VALUE_CHECKS: readonly (readonly [Check, string])[] = [
  [isType, 'type'],
  [(text) => typeof text === 'string', 'pattern'],
  [(names) => isListOf(names, (name) => typeof name === 'string'), 'required'],
  [(values) => Array.isArray(values), 'enum'],
  [
    (count) => Number.isSafeInteger(count) && (count as number) >= 0,
    'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains',
  ],
  [(number) => Number.isFinite(number), 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'],
]

const SCHEMA =
  'items contains additionalProperties propertyNames unevaluatedItems unevaluatedProperties if then else not'
const SCHEMA_LIST = 'allOf anyOf oneOf prefixItems'
const SCHEMA_MAP = 'properties patternProperties dependentSchemas $defs definitions'

/**
 * Whether a value can be a JSON Schema that is complete in itself (RC-047, RC-048): its keywords hold what they must, and
 * each reference leads to a subschema of its own. Nothing is fetched, and no data is checked against it.
 *
 * @param uncompiled gets each schema, and each map of `patternProperties`, that has a pattern that does not compile
 */
export function isUsableSchema(schema: unknown, uncompiled = new Set<object>()): boolean {
  let subschemas = 0

  const isUsable = (value: unknown, depth: number): boolean => {
    // The root counts as one and is level one; a boolean is a schema too.
    if (++subschemas > MAX_SUBSCHEMAS || depth > MAX_SCHEMA_DEPTH) return false
    if (typeof value === 'boolean') return true
    if (!isObject(value)) return false
    const isInner: Check = (inner) => isUsable(inner, depth + 1)
    const checks: readonly (readonly [Check, string])[] = [
      ...VALUE_CHECKS,
      [(reference) => leadsToSchema(reference, schema), '$ref $dynamicRef'],
      [isInner, SCHEMA],
      [(list) => isListOf(list, isInner), SCHEMA_LIST],
      [(map) => isObject(map) && Object.values(map).every(isInner), SCHEMA_MAP],
    ]
    const pattern = getOwn(value, 'pattern')
    if (typeof pattern === 'string' && !compiles(pattern)) uncompiled.add(value)
    const patterns = getOwn(value, 'patternProperties')
    if (isObject(patterns) && !Object.keys(patterns).every(compiles)) uncompiled.add(patterns)
    return checks.every(([check, keywords]) =>
      keywords.split(' ').every((keyword) => {
        const held = getOwn(value, keyword)
        return held === undefined || check(held)
      }),
    )
  }

  return isObject(schema) && isUsable(schema, 1)
}

/**
 * A JSON Schema that a peer advertises, as it is used: a reader that cannot compile a pattern ignores that one keyword
 * (RC-048), so the copy does not have it.
 *
 * @returns `undefined` for what is no usable schema
 */
export function readSchema(schema: unknown): object | undefined {
  const uncompiled = new Set<object>()
  if (!isUsableSchema(schema, uncompiled)) return undefined
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(copy)
    const isKept = (name: string, held: unknown) =>
      !uncompiled.has(value) || (name === 'pattern' ? typeof held !== 'string' || compiles(held) : compiles(name))
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, held]) => (isKept(name, held) ? [[name, copy(held)]] : [])),
    )
  }
  try {
    return (uncompiled.size === 0 ? schema : copy(schema)) as object
  } catch {
    // Data within it is nested too deeply to be copied.
    return undefined
  }
}

function isListOf(value: unknown, check: Check): boolean {
  return Array.isArray(value) && value.every(check)
}

function isType(value: unknown): boolean {
  return TYPES.includes(value) || (isListOf(value, (type) => TYPES.includes(type)) && (value as unknown[]).length > 0)
}

/** Whether a pattern is one of ECMA-262 with the `u` flag. */
function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u')
    return true
  } catch {
    return false
  }
}
