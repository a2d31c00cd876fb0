import { tryContextJsonSchema } from '../definition/json-schema.js'
import { DEFAULT_LIMITS } from '../definition/limits.js'
import type { AnyDefinition, JsonSchema } from '../definition/types.js'
import { invalidDefinition } from '../errors/invalid-definition.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { sharedEntry } from '../shared/registry.js'
import { EXTENSION_ID, MAX_ADVERTISED } from '../wire/constants.js'
import type { ContextSettings } from '../wire/types.generated.js'

/** What each client or server already advertises, whichever copy of this package added it. */
const advertised = /* @__PURE__ */ sharedEntry(
  'advertised',
  () => new WeakMap<object, Record<string, ContextSettings>>(),
)

/** A client or a server of either SDK major, as far as it can say what it supports. */
interface Advertiser {
  readonly transport?: unknown
  registerCapabilities?(capabilities: object): void
}

/**
 * Advertises a context in the capabilities of a client or a server (RC-045). It does nothing on one that is connected
 * already, or that has no capabilities. What was advertised of the context before stays.
 *
 * @throws ContextError `invalid_definition` for more contexts than a peer reads
 */
export function advertise(peer: object, key: string, settings: ContextSettings): void {
  const advertiser = peer as Advertiser
  if (advertiser.transport !== undefined) return
  const contexts = { ...advertised.get(peer) }
  contexts[key] = { ...contexts[key], ...settings }
  if (Object.keys(contexts).length > MAX_ADVERTISED) {
    throw invalidDefinition(`${key}: one peer can advertise at most ${MAX_ADVERTISED} contexts`)
  }
  advertised.set(peer, contexts)
  advertiser.registerCapabilities?.({ extensions: { [EXTENSION_ID]: { contexts } } })
}

/** How much of a definition is told: `'schema'` or `'names'`. What is advertised can be read before anybody has authenticated. */
export type Advertised = 'schema' | 'names'

/** The settings of each definition, made once: a server may be built for each request. */
const settingsOf = /* @__PURE__ */ new WeakMap<AnyDefinition, Readonly<Record<Advertised, ContextSettings>>>()

/**
 * The settings that a server advertises for a definition, without the methods that require it (RC-046).
 *
 * @throws ContextError `invalid_definition` for a JSON Schema that refers to another document (RC-047)
 */
export function contextSettings(definition: AnyDefinition, told: Advertised = 'schema'): ContextSettings {
  const settings = settingsOf.get(definition) ?? makeSettings(definition)
  settingsOf.set(definition, settings)
  return settings[told]
}

function makeSettings(definition: AnyDefinition): Record<Advertised, ContextSettings> {
  const { headers, sensitive, limits } = definition
  const full = tryContextJsonSchema(definition)
  if (/"\$(?:dynamicR|r)ef":"[^#]/.test(JSON.stringify(full ?? {}))) {
    throw invalidDefinition('jsonSchema: every $ref must lead into it')
  }
  const settings = {
    headers: Object.fromEntries(headers.map(({ field, lowerCaseName, ...binding }) => [field, binding])),
    sensitive: sensitive.length > MAX_ADVERTISED ? [] : sensitive,
    limits: Object.fromEntries(
      Object.entries(limits).filter(([name, limit]) => limit !== DEFAULT_LIMITS[name as 'maxBytes']),
    ),
  }
  const tell = (schema: JsonSchema) => filled(full === undefined ? settings : { ...settings, schema })
  return {
    schema: tell(withoutSecrets(sensitive, full ?? {})),
    names: tell({ type: 'object', properties: mapProperties(full ?? {}, () => ({})) }),
  }
}

/** What is empty is not told. */
function filled(settings: Readonly<Record<string, object>>): ContextSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, held]) => Object.keys(held).length > 0))
}

/** Of a sensitive field only the type is told (RC-047): a default, an example or an enum could be the secret. */
function withoutSecrets(sensitive: readonly string[], schema: JsonSchema): JsonSchema {
  if (sensitive.length === 0) return schema
  const told = Object.entries(schema).filter(([name, held]) => TOLD.test(name) && !isObject(held))
  const properties = mapProperties(schema, (field, property) =>
    sensitive.includes(field) ? typeOf(property) : property,
  )
  const shown = { ...Object.fromEntries(told), properties }
  // A reference may lead to a subschema that is not shown.
  return /"\$(?:dynamicR|r)ef"/.test(JSON.stringify(shown)) ? {} : shown
}

/** What is told of a schema beside its fields, where it is no schema itself. */
const TOLD = /^(?:\$schema|type|required|additionalProperties)$/

function typeOf(property: unknown): JsonSchema {
  const type = getOwn(property, 'type')
  return typeof type === 'string' ? { type } : {}
}

function mapProperties(schema: JsonSchema, map: (field: string, property: unknown) => unknown): JsonSchema {
  const properties = Object.entries(getOwn(schema, 'properties') ?? {})
  return Object.fromEntries(properties.map(([field, property]) => [field, map(field, property)]))
}
