import { invalidDefinition } from '../errors/invalid-definition.js'
import { isUsableSchema } from './json-schema-check.js'
import type { AnyDefinition, JsonSchema } from './types.js'

/** The part of Standard JSON Schema (https://standardschema.dev/json-schema) that is read here. */
interface StandardJsonSchema {
  readonly jsonSchema?: { readonly input?: (options: { target: string }) => JsonSchema }
}

export const INVALID_JSON_SCHEMA = 'jsonSchema must be an object with valid keywords, whose every $ref leads into it'

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
    throw invalidDefinition(INVALID_JSON_SCHEMA)
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
