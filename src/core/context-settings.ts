import type { AnyDefinition } from './context-definition.js'
import { contextJsonSchema } from './json-schema.js'
import { isObject, own } from './own.js'
import { isUsableSchema, type JsonSchema } from './schema-check.js'
import type { ContextSettings, HeaderBindingSettings } from './wire.generated.js'

/** What a definition says of itself, made once: a server may be built for each request. */
const settings = new WeakMap<AnyDefinition, ContextSettings>()

/** What a side that takes a context advertises of it, but for the methods that require it. */
export function contextSettings(definition: AnyDefinition): ContextSettings {
  let made = settings.get(definition)
  if (made === undefined) {
    made = { ...schemaSettings(definition), ...headerSettings(definition) }
    settings.set(definition, made)
  }
  return made
}

function schemaSettings(definition: AnyDefinition): ContextSettings {
  try {
    return { schema: withoutSecrets(definition, contextJsonSchema(definition)) }
  } catch {
    // Advertising a schema is a courtesy; a definition without one is as good.
    return {}
  }
}

/** Of a sensitive field, no more is told than its type: a default, an example or an enum could be the secret. */
function withoutSecrets({ sensitive }: AnyDefinition, schema: JsonSchema): JsonSchema {
  const properties = own(schema, 'properties')
  if (sensitive.length === 0) return schema
  if (!isObject(properties)) return {}
  const shown = Object.entries(properties).map(([field, property]) => {
    const type = own(property, 'type')
    return [field, !sensitive.includes(field) ? property : typeof type === 'string' ? { type } : {}]
  })
  const { $schema, type, required, additionalProperties: more } = schema
  const additionalProperties = typeof more === 'boolean' ? more : undefined
  const rest = Object.entries({ $schema, type, required, additionalProperties }).filter(
    ([, value]) => value !== undefined,
  )
  const shownSchema = { ...Object.fromEntries(rest), properties: Object.fromEntries(shown) }
  // What is left may refer to what is not told.
  return isUsableSchema(shownSchema) ? shownSchema : {}
}

function headerSettings({ headers }: AnyDefinition): ContextSettings {
  if (headers.length === 0) return {}
  const entries = headers.map(({ field, name, type, scheme }): [string, HeaderBindingSettings] => [
    field,
    scheme === undefined ? { name, type } : { name, type, scheme },
  ])
  return { headers: Object.fromEntries(entries) }
}
