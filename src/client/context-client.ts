import { codecOf } from '../core/codec-of.js'
import type { AnyDefinition } from '../core/context-definition.js'
import { ContextError } from '../core/error.js'
import { ownCallTool } from './binding.js'
import type { ContextAnswer, ContextSource } from './source.js'
import { viewOf } from './view.js'

/**
 * What a context can be bound to: the `Client` or the `Server` of either SDK major, or anything of their shape.
 */
export interface RequestSender {
  // biome-ignore lint/suspicious/noExplicitAny: the signatures of the SDK majors differ; a view passes them through
  request(...args: any[]): Promise<unknown>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  notification(...args: any[]): Promise<unknown>
}

/** A client bound to a context: the same connection and the same methods. It never changes. */
export type ContextClient<C extends RequestSender, D extends AnyDefinition> = C & {
  /**
   * A view with more context: fields merge shallowly, the later wins, and a field set to `undefined` is removed. The
   * client and every earlier view stay as they were.
   *
   * @throws ContextError `invalid` for a source that is neither an object nor a function
   */
  withContext<R extends ContextAnswer<D>>(source: ContextSource<D, R>): ContextClient<C, D>
}

/** The options of {@link createContextClient}. */
export interface ContextClientOptions<D extends AnyDefinition, R = ContextAnswer<D>> {
  /** The context to begin with. Default none. */
  readonly context?: ContextSource<D, R> | undefined
  /**
   * Fail a call under a context with a `ContextError` `unsupported`, and send nothing, where the server does not
   * advertise the definition's key. Default `false`: a server that does not know the context ignores it.
   */
  readonly requireSupport?: boolean | undefined
}

/**
 * Binds a context to an MCP client. Every method that sends a request or a notification then carries the context in
 * `params._meta[definition.key]`; `connect()` and `close()` act on the client itself. Views share the connection, cost
 * next to nothing, and may be made for each request.
 *
 * A call rejects with a `ContextError`, and nothing is sent, when the context is not what the definition says
 * (`invalid`, `too_large`) or the call's own `_meta` has an entry under the key (`conflict`). On SDK 2.x, a call under a
 * context is neither served from the client's response cache nor stored there, unless it asks for
 * `cacheMode: 'use'` itself.
 *
 * The client advertises the context in its capabilities when it is not connected yet, which is the one change to the
 * bytes of its handshake.
 *
 * Methods run with the view as `this`, so a method of a subclass that reads a `#private` member throws a TypeError on a
 * view, as it does on any Proxy.
 *
 * @param client a `Client`, or a server's `Server` (`server.server` of an `McpServer`) for sampling and elicitation
 * @throws ContextError `invalid_definition` when `client` is neither
 * @example
 * const client = createContextClient(new Client({ name: 'app', version: '1.0.0' }), requestContext)
 * await client.connect(transport)
 * await client.withContext({ tenant: 'acme' }).callTool({ name: 'whoami' })
 */
export function createContextClient<C extends RequestSender, D extends AnyDefinition, R extends ContextAnswer<D>>(
  client: C,
  definition: D,
  options: ContextClientOptions<D, R> = {},
): ContextClient<C, D> {
  if (typeof client?.request !== 'function' || typeof client.notification !== 'function') {
    throw new ContextError(
      'invalid_definition',
      'createContextClient takes an MCP Client, or the `server` of an McpServer',
    )
  }
  const codec = codecOf(definition)
  const sources = options.context === undefined ? [] : codec.addSource([], options.context)
  // Sampling and elicitation that a server sends are no reason to say that it takes this context.
  if ('getServerCapabilities' in client) codec.advertise(client, definition.key, {})
  return viewOf(
    client,
    { definition, codec, requireSupport: options.requireSupport === true, callTool: ownCallTool(client) },
    sources,
  ) as ContextClient<C, D>
}
