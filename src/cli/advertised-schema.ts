import { CONTEXT_META_KEY } from '../core/constants.js'
import { own } from '../core/own.js'
import type { CapabilitySettings } from '../core/wire.generated.js'
import { checkerOf } from './checker.js'
import { CannotRun } from './failure.js'
import { type JsonSchema, publishedSchema } from './package-files.js'
import { printable } from './printable.js'

const LARGEST_SCHEMA = 256 * 1024
const SETTINGS = 'capability-settings'

/**
 * Takes the schema of one context out of the settings that a server advertises.
 *
 * @param key the context key; by default the only one that the server advertises, or else the default key
 * @throws CannotRun for settings that are not what the specification says, or without such a schema
 */
export async function schemaIn(
  settings: unknown,
  key: string | undefined,
): Promise<{ key: string; schema: JsonSchema }> {
  const check = await checkerOf({ name: SETTINGS, schema: publishedSchema(SETTINGS) })
  const [fault] = check(settings)
  if (fault !== undefined) {
    throw new CannotRun(
      `the server advertises settings that are not valid: ${printable(`${fault.pointer.slice(0, 200)} ${fault.reason}`.trim())}`,
    )
  }
  const { contexts } = settings as CapabilitySettings
  const keys = Object.keys(contexts)
  const list = keys.map((name) => printable(name)).join(', ')
  if (keys.length === 0) throw new CannotRun('the server advertises no context')
  const chosen = key ?? (keys.length === 1 ? keys[0] : keys.find((name) => name === CONTEXT_META_KEY))
  if (chosen === undefined)
    throw new CannotRun(`the server advertises several contexts: pass --key with one of ${list}`)
  const context = own(contexts, chosen)
  if (context === undefined)
    throw new CannotRun(`the server advertises no context ${printable(chosen)}: it has ${list}`)
  const schema = own(context, 'schema') as JsonSchema | undefined
  if (schema === undefined) throw new CannotRun(`the server advertises no schema of its context ${printable(chosen)}`)
  if (JSON.stringify(schema).length > LARGEST_SCHEMA) {
    throw new CannotRun(`the server's schema of ${printable(chosen)} is larger than ${LARGEST_SCHEMA / 1024} KiB`)
  }
  return { key: chosen, schema }
}
