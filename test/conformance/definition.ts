import { type ContextDefinition, type ContextLimits, defineContext, type HeaderBindingInput } from 'mcp-request-context'
import { ANY_OBJECT, standardSchema } from './json-schema.js'
import type { VectorDefinition } from './vectors.js'

export type Definition = ContextDefinition<Record<string, unknown>, Record<string, unknown>>

/** The definition that a vector describes; `limits` take the place of its own. */
export function definitionOf(
  { key, schema = ANY_OBJECT, headers = {}, sensitive = [], limits = {} }: VectorDefinition,
  more: Partial<ContextLimits> = {},
): Definition {
  return defineContext({
    schema: standardSchema(schema),
    jsonSchema: schema,
    key,
    headers: headers as Record<string, HeaderBindingInput>,
    sensitive,
    limits: { ...limits, ...more },
  })
}
