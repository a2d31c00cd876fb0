import { tryContextJsonSchema } from '../definition/json-schema.js'
import { isSelfContained } from '../definition/json-schema-reference.js'
import { DEFAULT_LIMITS } from '../definition/limits.js'
import type { AnyDefinition, JsonSchema } from '../definition/types.js'
import { invalidDefinition } from '../errors/invalid-definition.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { sharedSymbol } from '../shared/registry.js'
import { EXTENSION_ID, MAX_ADVERTISED } from '../wire/constants.js'
import type { ContextSettings, HeaderBindingSettings } from '../wire/types.generated.js'

/** What a client or a server already advertises, whichever copy of this package added it. */
const ADVERTISED: unique symbol = /* @__PURE__ */ sharedSymbol('advertised') as never

/** A client or a server of either SDK major, as far as it can say what it supports. */
interface Advertiser {
  readonly transport?: unknown
  registerCapabilities?(capabilities: object): void
  [ADVERTISED]?: Record<string, ContextSettings>
}

/**
 * Advertises a context in the capabilities of a client or a server (RC-045). It does nothing on one that is connected
 * already, or that has no capabilities. What was advertised of the context before stays.
 *
 * @throws ContextError `invalid_definition` for more contexts than a peer reads
 */
export function advertise(peer: object, key: string, settings: ContextSettings): void {
  const advertiser = peer as Advertiser
  if (advertiser.transport !== undefined || typeof advertiser.registerCapabilities !== 'function') return
  const contexts = { ...advertiser[ADVERTISED] }
  contexts[key] = { ...contexts[key], ...settings }
  if (Object.keys(contexts).length > MAX_ADVERTISED) {
    throw invalidDefinition(`${key}: one peer can advertise at most ${MAX_ADVERTISED} contexts`)
  }
  Object.defineProperty(advertiser, ADVERTISED, { value: contexts, configurable: true })
  advertiser.registerCapabilities({ extensions: { [EXTENSION_ID]: { contexts } } })
}

/** How much of a definition is told: `'schema'` or `'names'`. What is advertised can be read before anybody has authenticated. */
export type Advertised = 'schema' | 'names'

/** The settings of each definition, made once: a server may be built for each request. */
const settingsOf = {
  schema: /* @__PURE__ */ new WeakMap<AnyDefinition, ContextSettings>(),
  names: /* @__PURE__ */ new WeakMap<AnyDefinition, ContextSettings>(),
}

/** The settings that a server advertises for a definition, without the methods that require it (RC-046). */
export function contextSettings(definition: AnyDefinition, told: Advertised = 'schema'): ContextSettings {
  const made = settingsOf[told].get(definition)
  if (made !== undefined) return made
  const { headers, sensitive, limits } = definition
  const full = tryContextJsonSchema(definition)
  const schema = full === undefined ? undefined : told === 'schema' ? withoutSecrets(definition, full) : namesIn(full)
  const ownLimits = Object.entries(limits).filter(([name, limit]) => limit !== DEFAULT_LIMITS[name as 'maxBytes'])
  const settings: ContextSettings = {
    ...(schema !== undefined && { schema }),
    ...(headers.length > 0 && { headers: headerSettings(definition) }),
    ...(sensitive.length > 0 && sensitive.length <= MAX_ADVERTISED && { sensitive: [...sensitive] }),
    ...(ownLimits.length > 0 && { limits: Object.fromEntries(ownLimits) }),
  }
  settingsOf[told].set(definition, settings)
  return settings
}

/** The names of the fields of a context, with nothing said of each. */
function namesIn(schema: JsonSchema): JsonSchema {
  const names = Object.keys(getOwn(schema, 'properties') ?? {})
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) }
}

/** Of a sensitive field only the type is told (RC-047): a default, an example or an enum could be the secret. */
function withoutSecrets({ sensitive }: AnyDefinition, schema: JsonSchema): JsonSchema {
  const properties = getOwn(schema, 'properties')
  if (sensitive.length === 0) return schema
  if (!isObject(properties)) return {}
  const shown = Object.entries(properties).map(([field, property]) => {
    const type = getOwn(property, 'type')
    return [field, !sensitive.includes(field) ? property : typeof type === 'string' ? { type } : {}]
  })
  const { $schema, type, required, additionalProperties } = schema
  const told = {
    ...($schema !== undefined && { $schema }),
    ...(type !== undefined && { type }),
    ...(required !== undefined && { required }),
    ...(typeof additionalProperties === 'boolean' && { additionalProperties }),
    properties: Object.fromEntries(shown),
  }
  // A field that is shown may refer to a subschema that is not.
  return isSelfContained(told) ? told : {}
}

function headerSettings({ headers }: AnyDefinition): Record<string, HeaderBindingSettings> {
  return Object.fromEntries(
    headers.map(({ field, name, type, scheme }) => [field, { name, type, ...(scheme !== undefined && { scheme }) }]),
  )
}
