import { ContextError } from '../errors/context-error.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { EXTENSION_ID } from '../wire/constants.js'
import type { ContextSettings } from '../wire/types.generated.js'
import { checkSettings } from './check-settings.js'

const NONE: ReadonlyMap<string, ContextSettings> = /* @__PURE__ */ new Map()

/** The checked contexts of each capabilities object that a client holds, so that each is checked once. */
const checked = /* @__PURE__ */ new WeakMap<object, ReadonlyMap<string, ContextSettings>>()

/** A client or a server of either SDK major, as far as it knows its peer. */
interface Connected {
  readonly transport?: unknown
  getServerCapabilities?(): unknown
  getClientCapabilities?(): unknown
  onerror?: ((error: Error) => void) | undefined
}

/**
 * The contexts that the connected peer advertises, by context key, with the methods that require each, its JSON Schema
 * and its header bindings, as far as the peer says. The peer is a server for its client, and a client for a server that
 * sends it sampling or elicitation.
 *
 * The settings are checked first. If they are malformed, the map is empty, and `onerror` of the client is told why, once.
 * Nothing is ever fetched.
 *
 * @param client a `Client` of either SDK major, or a view of one. Before it is connected, the map is empty.
 * @example
 * if (supportedContexts(client).has(requestContext.key)) { ... }
 */
export function supportedContexts(client: object): ReadonlyMap<string, ContextSettings> {
  const peer = client as Connected
  const capabilities = peer.getServerCapabilities?.() ?? peer.getClientCapabilities?.()
  if (!isObject(capabilities)) return NONE
  const known = checked.get(capabilities)
  if (known !== undefined) return known
  const settings = checkSettings(getOwn(getOwn(capabilities, 'extensions'), EXTENSION_ID))
  const isMalformed = typeof settings === 'string'
  const contexts = isMalformed ? NONE : settings
  checked.set(capabilities, contexts)
  if (isMalformed) {
    peer.onerror?.(new ContextError('invalid', `the peer's settings of ${EXTENSION_ID} are ignored: ${settings}`))
  }
  return contexts
}

/**
 * Asserts that the connected peer advertises a context.
 *
 * @throws ContextError `unsupported` where it does not. A client that is not connected fails in the SDK itself.
 */
export function assertSupported(client: object, key: string): void {
  if ((client as Connected).transport === undefined || supportedContexts(client).has(key)) return
  throw new ContextError(
    'unsupported',
    `the server does not advertise ${key}: install it there, or drop requireSupport`,
  )
}
