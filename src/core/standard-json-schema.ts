import { ContextError } from './error.js'
import type { JsonSchema } from './schema-check.js'
import type { ContextSchema } from './standard-schema.js'

/** The part of Standard JSON Schema (https://standardschema.dev/json-schema) that is read here. */
interface StandardJsonSchema {
  readonly jsonSchema?: { readonly input?: (options: { target: string }) => JsonSchema }
}

/**
 * What a schema says of its input as JSON Schema (2020-12), by Standard JSON Schema.
 *
 * @throws ContextError `invalid_definition` where it says nothing, or has no form as JSON Schema
 */
export function standardJsonSchema(schema: ContextSchema): JsonSchema {
  const { jsonSchema, vendor } = schema['~standard'] as StandardJsonSchema & { vendor: string }
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
