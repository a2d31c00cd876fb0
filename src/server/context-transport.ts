import type { AnyDefinition } from '../core/context-definition.js'
import { gateOf } from './gate.js'
import { type InstallOptions, resolvePolicy } from './policy.js'
import type { ContextCapableTransport } from './transport.js'

/**
 * Admits a context on a transport: the same middleware as `installContext`, for code that has the transport and not the
 * server. The transport may be started already or not.
 *
 * `serveStdio` of SDK 2.x puts messages into a queue of its own, and works it off within whichever came first: there, use
 * `installContext` in its factory. With this alone, `readContext` reads the right context and `getContext` may not.
 *
 * @returns the transport itself
 * @throws ContextError `invalid_definition`
 * @example
 * await framework.serve(contextTransport(transport, requestContext, { required: true }))
 */
export function contextTransport<T extends ContextCapableTransport>(
  transport: T,
  definition: AnyDefinition,
  options: InstallOptions = {},
): T {
  gateOf(transport).admit([resolvePolicy(definition, options)])
  return transport
}
