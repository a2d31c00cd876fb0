import { invalidDefinition } from '../errors/invalid-definition.js'
import { getOwn } from '../shared/get-own.js'
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
 * @throws ContextError `invalid_definition` where there is neither, or the schema cannot be written as JSON Schema
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
  if (schema !== undefined) return schema
  const { vendor } = definition.schema['~standard']
  throw invalidDefinition(`a schema of ${vendor} does not provide a JSON Schema: ${remedy}`)
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

/** Keywords that name further fields, outside of `properties`. */
const OTHER_FIELDS = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', 'patternProperties']

/** Keywords that allow fields without naming them. */
const MORE_FIELDS = ['additionalProperties', 'unevaluatedProperties']

/** The names of the fields of a definition; `undefined` where its JSON Schema does not list them all. */
export function knownFields(definition: AnyDefinition): readonly string[] | undefined {
  const schema = tryContextJsonSchema(definition)
  if (schema === undefined || OTHER_FIELDS.some((keyword) => Object.hasOwn(schema, keyword))) return undefined
  if (MORE_FIELDS.some((keyword) => (getOwn(schema, keyword) ?? false) !== false)) return undefined
  const properties = getOwn(schema, 'properties')
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : undefined
}

/**
 * What a `$ref` leads to within its own schema (RFC 6901, section 6).
 *
 * @returns `undefined` for a reference to nothing, out of the schema, or to an anchor
 */
export function followReference(reference: unknown, schema: unknown): unknown {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
  const pointer = decodeFragment(reference.slice(1))
  if (pointer === undefined || !/^(\/|$)/.test(pointer)) return undefined
  let target: unknown = schema
  for (const token of pointer.split('/').slice(1)) {
    target = getOwn(target, token.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  return target
}

function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return undefined
  }
}
