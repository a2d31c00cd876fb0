import type { AnyDefinition } from '../core/context-definition.js'
import { ContextError } from '../core/error.js'
import { gateOf } from './gate.js'
import { addPolicy, type InstallOptions, type Policy, requiredMethods, resolvePolicy } from './policy.js'
import type { ContextCapableTransport } from './transport.js'

/** What a context can be installed on: the `Server`, `McpServer` or `Client` of either SDK major, or of their shape. */
export interface ContextCapableServer {
  // biome-ignore lint/suspicious/noExplicitAny: the transport types of the SDK majors differ
  connect(transport: any, ...rest: any[]): Promise<void>
}

interface Connector extends ContextCapableServer {
  readonly transport?: unknown
  [POLICIES]?: Policy[]
}

/** The policies of a server, whichever copy of this package installed them. */
const POLICIES = Symbol.for('mcp-request-context/policies@1')

/**
 * Installs a context on a server: every request that carries one is checked before its handler runs, and below the
 * handler `getContext(definition)` returns it. To be called before `connect()`; inside the factory of
 * `createMcpHandler` or `serveStdio`. Several definitions stack.
 *
 * A request whose context is invalid, over a limit, or missing where `required` says so, is answered with a JSON-RPC
 * error (`-32602`, `data: { extension, key, reason, issues }`) and never reaches a handler. A notification with such a
 * context is handled without it, and the fault goes to `onerror`.
 *
 * It is advertised in the capabilities, under `extensions`: the methods that require it, its JSON Schema, its header
 * bindings.
 *
 * @param server a `Server` or `McpServer`; a `Client`, for the context of sampling and elicitation
 * @returns the server itself
 * @throws ContextError `already_connected` after `connect()`; `invalid_definition` for options that cannot be, or other
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
  const policy = resolvePolicy(definition, options)
  if (connector.transport !== undefined) {
    throw new ContextError(
      'already_connected',
      'installContext() must be called before connect(): the server is connected',
    )
  }
  addPolicy(policiesOf(connector), policy)
  const required = requiredMethods(policy)
  const { codec } = policy
  codec.advertise(connector, definition.key, { ...codec.settings(definition), ...(required && { required }) })
  return server
}

/** An `McpServer` connects by the `Server` within it. */
function connectorOf(server: ContextCapableServer): Connector {
  const inner = (server as { server?: unknown } | undefined)?.server
  const connector = typeof (inner as Connector | undefined)?.connect === 'function' ? inner : server
  if (typeof (connector as Connector | undefined)?.connect !== 'function') {
    throw new ContextError(
      'invalid_definition',
      'installContext takes a Server, an McpServer or a Client of the MCP SDK',
    )
  }
  return connector as Connector
}

function policiesOf(connector: Connector): Policy[] {
  if (connector[POLICIES] !== undefined) return connector[POLICIES]
  const policies: Policy[] = []
  const { connect } = connector
  Object.defineProperty(connector, POLICIES, { value: policies })
  Object.defineProperty(connector, 'connect', {
    configurable: true,
    writable: true,
    enumerable: false,
    value(transport: ContextCapableTransport, ...rest: unknown[]) {
      gateOf(transport).admit(policies)
      return connect.call(connector, transport, ...rest)
    },
  })
  return policies
}
