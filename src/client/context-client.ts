import { advertise } from '../capabilities/advertise.js'
import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import type { ContextSource, ContextSourceResult } from './sources.js'
import { createView } from './view.js'
import { withSource } from './view-context.js'

/** What a context can be bound to: the `Client` or the `Server` of either SDK major, or any object of their shape. */
export interface ContextCapableClient {
  // biome-ignore lint/suspicious/noExplicitAny: the signatures of the SDK majors differ; a view passes them through
  request(...args: any[]): Promise<unknown>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  notification(...args: any[]): Promise<unknown>
}

/**
 * A client bound to a context: the same connection and the same methods. Its context never changes; a property that is set
 * on it is set on the client.
 */
export type ContextClient<C extends ContextCapableClient, D extends AnyDefinition> = C & {
  /**
   * A view with more context: fields merge shallowly, the later wins, and a field set to `undefined` is removed. The
   * client and every earlier view stay as they were. Of a schema that is a union, the fields of another member stay too,
   * unless they are set to `undefined`; a strict schema refuses them.
   *
   * @throws ContextError `invalid` for a source that is neither an object nor a function
   */
  withContext<R extends ContextSourceResult<D>>(source: ContextSource<D, R>): ContextClient<C, D>
}

/** The options of {@link createContextClient}. */
export interface ContextClientOptions<D extends AnyDefinition, R = ContextSourceResult<D>> {
  /**
   * The context to begin with. Default none. What the SDK sends by itself, to list again after `list_changed`, carries the
   * first one that a client is given, if that is before it connects.
   */
  readonly context?: ContextSource<D, R> | undefined
  /**
   * Reject a call with a context with a `ContextError` `unsupported`, and send nothing, when the server does not
   * advertise the definition's key. Default `false`: a server that does not know the context ignores it.
   */
  readonly requireSupport?: boolean | undefined
}

const OPTIONS: readonly string[] = ['context', 'requireSupport']

/**
 * Binds a context to an MCP client. Every method that sends a request or a notification then carries the context in
 * `params._meta[definition.key]`; `connect()` and `close()` act on the client itself. Views share the connection, cost
 * next to nothing, and can be made for each request.
 *
 * A call rejects with a `ContextError`, and nothing is sent, when the context is not what the definition says
 * (`invalid`, `too_large`) or the call's own `_meta` already has an entry under the key (`conflict`). On SDK 2.x, a call
 * with a context neither reads nor writes the client's response cache, unless the call sets `cacheMode: 'use'`.
 *
 * A client that is not connected yet advertises the context in its capabilities. The handshake changes in nothing else.
 *
 * A view is a Proxy, and methods run with it as `this`. A method of a subclass that reads a `#private` member therefore
 * throws a TypeError on a view, as it does on any Proxy. A method that was bound to the client sends without the context.
 *
 * @param client a `Client`; a server's `Server` (`server.server` of an `McpServer`) for sampling and elicitation; or a
 *   view, which then sends the contexts of both definitions
 * @throws ContextError `invalid_definition` for anything else, and for an option that does not exist
 * @example
 * const client = createContextClient(new Client({ name: 'app', version: '1.0.0' }), requestContext)
 * await client.connect(transport)
 * await client.withContext({ tenant: 'acme' }).callTool({ name: 'whoami' })
 */
export function createContextClient<
  C extends ContextCapableClient,
  D extends AnyDefinition,
  R extends ContextSourceResult<D>,
>(client: C, definition: D, options: ContextClientOptions<D, R> = {}): ContextClient<C, D> {
  if (typeof client?.request !== 'function' || typeof client.notification !== 'function') {
    throw invalidDefinition('createContextClient() takes an MCP Client or Server')
  }
  assertDefinition(definition)
  checkOptions('createContextClient()', options, OPTIONS)
  const requireSupport = Boolean(options.requireSupport)
  const empty = {
    definition,
    requireSupport,
    sources: [],
    fields: undefined,
    isFlat: false,
    error: undefined,
    isValid: false,
  }
  const context = options.context === undefined ? empty : withSource(empty, options.context)
  // A server that sends sampling and elicitation with a context does not thereby say that it takes one.
  if ('getServerCapabilities' in client) advertise(client, definition.key, {})
  return createView(client, context) as ContextClient<C, D>
}
