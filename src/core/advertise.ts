import { EXTENSION_ID, MOST_ADVERTISED } from './constants.js'
import { ContextError } from './error.js'
import type { ContextSettings } from './wire.generated.js'

/** A client or a server of either SDK major, as far as it can say what it supports. */
interface Advertiser {
  readonly transport?: unknown
  registerCapabilities?(capabilities: object): void
  [ADVERTISED]?: Record<string, ContextSettings>
}

/** What a client or a server advertises already, whichever copy of this package said so. */
const ADVERTISED = Symbol.for('mcp-request-context/advertised@1')

/**
 * Advertises a context in the capabilities of a client or a server that is not connected yet; after that, or on an
 * object that has no capabilities, there is nothing to be said. What was said of a context before stays.
 *
 * @throws ContextError `invalid_definition` for more contexts than a peer would read
 */
export function advertise(peer: object, key: string, settings: ContextSettings): void {
  const advertiser = peer as Advertiser
  if (advertiser.transport !== undefined || typeof advertiser.registerCapabilities !== 'function') return
  const contexts = { ...advertiser[ADVERTISED] }
  contexts[key] = { ...contexts[key], ...settings }
  if (Object.keys(contexts).length > MOST_ADVERTISED) {
    throw new ContextError(
      'invalid_definition',
      `${key}: at most ${MOST_ADVERTISED} contexts can be advertised by one peer`,
    )
  }
  Object.defineProperty(advertiser, ADVERTISED, { value: contexts, configurable: true })
  advertiser.registerCapabilities({ extensions: { [EXTENSION_ID]: { contexts } } })
}
