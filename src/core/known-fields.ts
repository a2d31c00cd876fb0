import type { AnyDefinition } from './context-definition.js'
import { contextJsonSchema } from './json-schema.js'
import { own } from './own.js'

/** What leaves room for more than `properties` names, or names it elsewhere. */
const ELSEWHERE = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', 'patternProperties']
const MORE = ['additionalProperties', 'unevaluatedProperties']

/** The fields that a definition has; `undefined` where its JSON Schema does not list them all. */
export function knownFields(definition: AnyDefinition): readonly string[] | undefined {
  try {
    const schema = contextJsonSchema(definition)
    if (ELSEWHERE.some((keyword) => Object.hasOwn(schema, keyword))) return undefined
    if (MORE.some((keyword) => (own(schema, keyword) ?? false) !== false)) return undefined
    const properties = own(schema, 'properties')
    return properties === undefined ? undefined : Object.keys(properties as object)
  } catch {
    return undefined
  }
}
