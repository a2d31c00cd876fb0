import type { AnyDefinition } from './context-definition.js'
import type { JsonSchema } from './schema-check.js'
import { standardJsonSchema } from './standard-json-schema.js'

/**
 * The JSON Schema (2020-12) of a context as a client gives it: the one that was given with the definition, or else what
 * the definition's schema says of itself by Standard JSON Schema, as zod and arktype do.
 *
 * @throws ContextError `invalid_definition` where there is neither, or the schema has no form as JSON Schema
 * @example
 * writeFileSync('context.schema.json', JSON.stringify(contextJsonSchema(requestContext), null, 2))
 */
export function contextJsonSchema(definition: AnyDefinition): JsonSchema {
  return definition.jsonSchema ?? standardJsonSchema(definition.schema)
}
