import { advertise, contextSettings } from '../capabilities/advertise.js'
import type { AnyDefinition } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import { invalidDefinition } from '../errors/invalid-definition.js'
import { sharedEntry } from '../shared/registry.js'
import { LISTEN } from '../wire/constants.js'
import { middlewareOf } from './middleware.js'
import { addPolicy, type Policy, resolvePolicy } from './policy.js'
import { trackRequests } from './sdk-internals.js'
import type { ContextCapableTransport, InstallOptions } from './types.js'

/** What a context can be installed on: the `Server`, `McpServer` or `Client` of either SDK major, or an object of their shape. */
export interface ContextCapableServer {
  // biome-ignore lint/suspicious/noExplicitAny: the transport types of the SDK majors differ
  connect(transport: any, ...rest: any[]): Promise<void>
}

/** The policies of each server, whichever copy of this package installed them. */
const policiesOf = /* @__PURE__ */ sharedEntry('policies', () => new WeakMap<object, Policy[]>())

interface Connector extends ContextCapableServer {
  readonly transport?: unknown
}

/**
 * Installs a context on a server. Every request that carries one is checked before its handler runs, and below the handler
 * `getContext(definition)` returns it. Call it before `connect()`; with `createMcpHandler` or `serveStdio`, call it inside
 * the factory. Several definitions can be installed.
 *
 * A request whose context is invalid, over a limit, or missing where `required` asks for it, is answered with a JSON-RPC
 * error (`-32602`, `data: { extension, key, reason, issues }`) and never reaches a handler. A notification with such a
 * context is handled without it, and `onerror` is told.
 *
 * The server advertises the context in its capabilities, under `extensions`: the methods that require it, its JSON Schema,
 * its header bindings, its limits and the names of its sensitive fields. Anybody who connects can read that before they
 * have authenticated. `advertise: 'names'` tells of the schema the names of the fields alone.
 *
 * @param server a `Server` or `McpServer`; or a `Client`, for the context of sampling and elicitation
 * @returns the server itself
 * @throws ContextError `already_connected` after `connect()`; `invalid_definition` for invalid options, or for other
 *   options than this definition was installed with before
 * @example
 * const server = installContext(new McpServer({ name: 'app', version: '1.0.0' }), requestContext, { required: true })
 */
export function installContext<S extends ContextCapableServer>(
  server: S,
  definition: AnyDefinition,
  options: InstallOptions = {},
): S {
  const connector = connectorOf(server)
  const policy = resolvePolicy('installContext()', definition, options, ['required', 'http', 'advertise'])
  if (connector.transport !== undefined) {
    throw new ContextError(
      'already_connected',
      'call installContext() before connect(): the server is already connected',
    )
  }
  const { methods, decide } = policy
  if (methods.includes(LISTEN)) {
    throw invalidDefinition(`required: an SDK answers ${LISTEN} itself, so it cannot be required`)
  }
  const settings = contextSettings(definition, policy.advertise)
  addToServer(connector, policy)
  advertise(connector, definition.key, decide ? settings : { ...settings, required: [...methods] })
  return server
}

/**
 * Installs a context on a transport: the same middleware as `installContext`, for code that has the transport and not the
 * server. The transport can be started already, unless its `onmessage` can only be written: then install the context before
 * anything sets it.
 *
 * When the connection ends, each request that is still being handled is cancelled in its own scope, and `onclose` is called
 * right after.
 *
 * Here `required` can list `subscriptions/listen`, where the transport is the one that `serveStdio` reads from.
 *
 * `serveStdio` of SDK 2.x puts messages into a queue of its own, and works it off in the scope of the first one. Use
 * `installContext` in its factory instead. With this function alone, `readContext` reads the right context there, and
 * `getContext` may not.
 *
 * @returns the transport itself
 * @throws ContextError `invalid_definition` for what is no transport, for invalid options, and for a key that is installed
 *   there by another definition or with other options
 * @example
 * await framework.serve(contextTransport(transport, requestContext, { required: true }))
 */
export function contextTransport<T extends ContextCapableTransport>(
  transport: T,
  definition: AnyDefinition,
  options: Omit<InstallOptions, 'advertise'> = {},
): T {
  const { start, send } = (transport ?? {}) as Partial<ContextCapableTransport>
  if (typeof start !== 'function' || typeof send !== 'function') {
    throw invalidDefinition(
      'contextTransport() takes a transport, which has start() and send(); for a Server or an McpServer, call installContext()',
    )
  }
  const policy = resolvePolicy('contextTransport()', definition, options, ['required', 'http'])
  const middleware = middlewareOf(transport)
  middleware.addPolicies([policy])
  trackRequests(transport, middleware)
  return transport
}

/** An `McpServer` connects by the `Server` within it. */
function connectorOf(server: ContextCapableServer): Connector {
  const { server: inner } = (server ?? {}) as { server?: ContextCapableServer }
  for (const connector of [inner, server]) if (typeof connector?.connect === 'function') return connector
  throw invalidDefinition(
    'installContext() takes a Server, an McpServer or a Client; for a transport, call contextTransport()',
  )
}

/** Adds a policy to those that a server brings to its transport. With the first one, its `connect` is replaced. */
function addToServer(connector: Connector, policy: Policy): void {
  const policies = policiesOf.get(connector) ?? []
  addPolicy(policies, policy)
  if (policiesOf.has(connector)) return
  policiesOf.set(connector, policies)
  const { connect } = connector
  Object.defineProperty(connector, 'connect', {
    configurable: true,
    writable: true,
    async value(transport: ContextCapableTransport, ...rest: unknown[]) {
      const middleware = middlewareOf(transport)
      middleware.server = connector
      middleware.addPolicies(policies)
      return connect.call(connector, transport, ...rest)
    },
  })
}
