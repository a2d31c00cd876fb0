import { tryContextJsonSchema } from '../definition/json-schema.js'
import { isUsableSchema } from '../definition/json-schema-check.js'
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

/** The settings of each definition, made once: a server may be built for each request. */
const settingsOf = /* @__PURE__ */ new WeakMap<AnyDefinition, ContextSettings>()

/** The settings that a server advertises for a definition, without the methods that require it (RC-046). */
export function contextSettings(definition: AnyDefinition): ContextSettings {
  const made = settingsOf.get(definition)
  if (made !== undefined) return made
  const schema = tryContextJsonSchema(definition)
  const settings: ContextSettings = {
    ...(schema !== undefined && { schema: withoutSecrets(definition, schema) }),
    ...(definition.headers.length > 0 && { headers: headerSettings(definition) }),
  }
  settingsOf.set(definition, settings)
  return settings
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
  return isUsableSchema(told) ? told : {}
}

function headerSettings({ headers }: AnyDefinition): Record<string, HeaderBindingSettings> {
  return Object.fromEntries(
    headers.map(({ field, name, type, scheme }) => [field, { name, type, ...(scheme !== undefined && { scheme }) }]),
  )
}
