import type { AnyDefinition } from './definition.js'
import { ContextError } from './error.js'
import type { JsonSchema } from './schema-check.js'

/** The part of Standard JSON Schema (https://standardschema.dev/json-schema) that is read here. */
interface StandardJsonSchema {
  readonly jsonSchema?: { readonly input?: (options: { target: string }) => JsonSchema }
}

/**
 * The JSON Schema (2020-12) of a context as a client gives it: the one that was given with the definition, or else what
 * the definition's schema says of itself by Standard JSON Schema, as zod and arktype do.
 *
 * @throws ContextError `invalid_definition` where there is neither, or the schema has no form as JSON Schema
 * @example
 * writeFileSync('context.schema.json', JSON.stringify(contextJsonSchema(requestContext), null, 2))
 */
export function contextJsonSchema(definition: AnyDefinition): JsonSchema {
  if (definition.jsonSchema !== undefined) return definition.jsonSchema
  const { jsonSchema, vendor } = definition.schema['~standard'] as StandardJsonSchema & { vendor: string }
  const input = jsonSchema?.input
  const remedy = 'give defineContext() its JSON Schema as jsonSchema'
  if (typeof input !== 'function') {
    throw new ContextError(
      'invalid_definition',
      `a schema of ${vendor} says nothing of itself as JSON Schema: ${remedy}`,
    )
  }
  try {
    return input.call(jsonSchema, { target: 'draft-2020-12' })
  } catch (cause) {
    throw new ContextError('invalid_definition', `the schema has no form as JSON Schema: ${remedy}`, { cause })
  }
}
