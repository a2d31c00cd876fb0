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
 * The settings are checked first. A context whose settings are malformed is left out, and `onerror` of the client is told
 * why, once. A pattern of a schema that does not compile is left out alone. Nothing is ever fetched.
 *
 * @param client a `Client` of either SDK major, or a view of one. Before it is connected, the map is empty.
 * @example
 * if (supportedContexts(client).has(requestContext.key)) { ... }
 */
export function supportedContexts(client: object): ReadonlyMap<string, ContextSettings> {
  const peer = client as Connected
  const capabilities = capabilitiesOf(peer)
  if (!isObject(capabilities)) return NONE
  const known = checked.get(capabilities)
  if (known !== undefined) return known
  const { contexts, issues } = checkSettings(settingsIn(capabilities))
  checked.set(capabilities, contexts)
  const [issue] = issues
  if (issue !== undefined) {
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
    peer.onerror?.(new ContextError('invalid', `in the peer's settings of ${EXTENSION_ID}, ${issue}${more}: ignored`))
  }
  return contexts
}

function capabilitiesOf(peer: Connected): unknown {
  return peer.getServerCapabilities?.() ?? peer.getClientCapabilities?.()
}

function settingsIn(capabilities: unknown): unknown {
  return getOwn(getOwn(capabilities, 'extensions'), EXTENSION_ID)
}

/**
 * Asserts that the connected peer advertises a context. Only its key is looked at: what else the peer says of it, the client
 * knows from its own definition (RC-049).
 *
 * @throws ContextError `unsupported` where it does not. A client that is not connected fails in the SDK itself.
 */
export function assertSupported(client: object, key: string): void {
  const peer = client as Connected
  const contexts = getOwn(settingsIn(capabilitiesOf(peer)), 'contexts')
  if (peer.transport === undefined || isObject(getOwn(contexts, key))) return
  throw new ContextError(
    'unsupported',
    `the server does not advertise ${key}: install it there, or drop requireSupport`,
  )
}
