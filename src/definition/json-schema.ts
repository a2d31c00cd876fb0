import { invalidDefinition } from '../errors/invalid-definition.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { isUsableSchema } from './json-schema-check.js'
import { followReference } from './json-schema-reference.js'
import type { AnyDefinition, JsonSchema } from './types.js'

/** The part of Standard JSON Schema (https://standardschema.dev/json-schema) that is read here. */
interface StandardJsonSchema {
  readonly jsonSchema?: { readonly input?: (options: { target: string }) => JsonSchema }
}

/** What is needed of a definition, also of one in the making. */
type Described = Pick<AnyDefinition, 'schema' | 'jsonSchema'>

/**
 * The JSON Schema (2020-12) of a context as a client gives it. It is the one given with the definition, or else the one
 * that the schema's library makes by Standard JSON Schema, as zod and arktype do.
 *
 * @throws ContextError `invalid_definition` where there is neither, the schema cannot be written as JSON Schema, or the one
 *   that was given is no valid JSON Schema that is complete in itself
 * @example
 * writeFileSync('context.schema.json', JSON.stringify(contextJsonSchema(requestContext), null, 2))
 */
export function contextJsonSchema(definition: AnyDefinition): JsonSchema {
  const remedy = 'pass its JSON Schema to defineContext() as jsonSchema'
  let schema: JsonSchema | undefined
  try {
    schema = givenOrMade(definition)
  } catch (cause) {
    throw invalidDefinition(`the schema cannot be written as JSON Schema: ${remedy}`, cause)
  }
  if (schema !== undefined) {
    const uncompiled = new Set<object>()
    if (schema !== definition.jsonSchema) return schema
    if (isUsableSchema(schema, uncompiled) && uncompiled.size === 0) return schema
    throw invalidDefinition('jsonSchema must be an object with valid keywords, whose every $ref leads into it')
  }
  const { vendor } = definition.schema['~standard']
  throw invalidDefinition(
    `the schema of ${vendor} provides no JSON Schema (zod does from 4.2, arktype from 2.1.28): ${remedy}`,
  )
}

/** The same, or `undefined` where that throws. */
export function tryContextJsonSchema(definition: Described): JsonSchema | undefined {
  try {
    return givenOrMade(definition)
  } catch {
    return undefined
  }
}

/** The JSON Schema given with a definition, or else made by its schema's library; `undefined` where the library cannot. */
function givenOrMade({ jsonSchema, schema }: Described): JsonSchema | undefined {
  if (jsonSchema !== undefined) return jsonSchema
  const standard = (schema['~standard'] as StandardJsonSchema).jsonSchema
  return typeof standard?.input === 'function' ? standard.input({ target: 'draft-2020-12' }) : undefined
}

/** Keywords that allow fields without naming them. */
const MORE_FIELDS = 'additionalProperties unevaluatedProperties patternProperties dependentSchemas if'.split(' ')

/** A schema is followed this many levels down, which also ends a circle of references. */
const MAX_DEPTH = 16

/**
 * The names of the fields of a definition, those of every member of a union.
 *
 * @returns `undefined` where its JSON Schema does not list them all
 */
export function knownFields(definition: Described): readonly string[] | undefined {
  const schema = tryContextJsonSchema(definition)
  return schema && fieldsIn(schema, schema, MAX_DEPTH)
}

function fieldsIn(schema: unknown, root: JsonSchema, depth: number): readonly string[] | undefined {
  if (depth === 0 || MORE_FIELDS.some((keyword) => (getOwn(schema, keyword) ?? false) !== false)) return undefined
  const parts: unknown[] = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => getOwn(schema, keyword) ?? [])
  const reference = getOwn(schema, '$ref')
  if (reference !== undefined) parts.push(followReference(reference, root))
  const properties = getOwn(schema, 'properties')
  if (!isObject(properties) && parts.length === 0) return undefined
  return allOf(
    isObject(properties) ? Object.keys(properties) : [],
    parts.map((part) => fieldsIn(part, root, depth - 1)),
  )
}

/** The same of a schema of valibot, which has the members of an object as `entries` and those of a union as `options`. */
export function entriesOf(schema: unknown): readonly string[] | undefined {
  const { type, entries, options } = schema as Readonly<Record<string, unknown>>
  if (Array.isArray(options)) return allOf([], options.map(entriesOf))
  return isObject(entries) && /^(?:strict_)?object$/.test(String(type)) ? Object.keys(entries) : undefined
}

function allOf(
  names: readonly string[],
  more: readonly (readonly string[] | undefined)[],
): readonly string[] | undefined {
  return more.includes(undefined) ? undefined : [...new Set([names, ...(more as string[][])].flat())]
}
