import { encodeContext } from '../core/codec.js'
import type { AnyDefinition } from '../core/definition.js'
import { ContextError } from '../core/error.js'
import { andThen, isPromise, type MaybePromise } from '../core/maybe-promise.js'
import type { RequestContext } from '../core/wire.generated.js'
import { attachContext, type Message } from './attach.js'
import { viewMember } from './member.js'
import { addSource, type ContextSource, contextOf, type Sources } from './source.js'
import { learnTools, TOOL_METADATA_METHODS, type ToolMetadata, toolsOf } from './tool-metadata.js'

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
   */
  withContext(source: ContextSource<D>): ContextClient<C, D>
}

/** The options of {@link createContextClient}. */
export interface ContextClientOptions<D extends AnyDefinition> {
  /** The context to begin with. Default none. */
  readonly context?: ContextSource<D> | undefined
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
 * @param client a `Client`, or a server's `Server` (`server.server` of an `McpServer`) for sampling and elicitation
 * @throws ContextError `invalid_definition` when `client` is neither
 * @example
 * const client = createContextClient(new Client({ name: 'app', version: '1.0.0' }), requestContext)
 * await client.connect(transport)
 * await client.withContext({ tenant: 'acme' }).callTool({ name: 'whoami' })
 */
export function createContextClient<C extends RequestSender, D extends AnyDefinition>(
  client: C,
  definition: D,
  options: ContextClientOptions<D> = {},
): ContextClient<C, D> {
  if (typeof client?.request !== 'function' || typeof client.notification !== 'function') {
    throw new ContextError(
      'invalid_definition',
      'createContextClient takes an MCP Client, or the `server` of an McpServer: an object with request() and notification()',
    )
  }
  const sources = options.context === undefined ? [] : addSource([], options.context)
  return new Proxy<object>(client, new View(definition, sources, undefined)) as ContextClient<C, D>
}

type Method = (this: unknown, ...args: unknown[]) => unknown
type Options = Readonly<Record<string, unknown>> | undefined

/** Methods that send; `_requestWithSchema` is how SDK 2.x sends `server/discover`. */
const SENDING: ReadonlySet<PropertyKey> = new Set(['request', 'notification', '_requestWithSchema'])

/** Methods that set the client up: run on the client itself, they tie no view to it. */
const SETTING_UP: ReadonlySet<PropertyKey> = new Set([
  'connect',
  'close',
  'registerCapabilities',
  'setRequestHandler',
  'removeRequestHandler',
  'setNotificationHandler',
  'removeNotificationHandler',
  'setVersionNegotiation',
])

/** Methods of `(params, options)` whose results SDK 2.x caches without regard to `_meta`. */
const CACHED: ReadonlySet<PropertyKey> = new Set([
  'listTools',
  'listPrompts',
  'listResources',
  'listResourceTemplates',
  'readResource',
  '_readResource',
])

/** The code of MCP's HeaderMismatch, at which SDK 2.x lists the tools anew and tries a call once more. */
const HEADER_MISMATCH = -32020

/** One view. Its state is private, so that inspecting a view shows the client and no context. */
class View implements ProxyHandler<object> {
  readonly #definition: AnyDefinition
  readonly #sources: Sources
  #tools: ToolMetadata | undefined

  constructor(definition: AnyDefinition, sources: Sources, tools: ToolMetadata | undefined) {
    this.#definition = definition
    this.#sources = sources
    this.#tools = tools
  }

  has(client: object, name: PropertyKey): boolean {
    return name === 'withContext' || Reflect.has(client, name)
  }

  set(client: object, name: PropertyKey, value: unknown): boolean {
    return Reflect.set(client, name, value)
  }

  get(client: object, name: PropertyKey, view: unknown): unknown {
    if (name === 'withContext') return (source: unknown) => this.#withContext(client, source)
    const value: unknown = Reflect.get(client, name)
    if (typeof value !== 'function') return viewMember(client, name, value, view)
    const method = value as Method
    if (SETTING_UP.has(name)) return method.bind(client)
    if (SENDING.has(name)) return (...args: [Message, ...unknown[]]) => this.#send(client, method, args)
    if (this.#sources.length === 0) return method
    if (name === 'listen') return this.#listen(client, method)
    if (name === 'callTool') return this.#callTool(client, method)
    if (CACHED.has(name)) return this.#uncached(client, name, method)
    if (TOOL_METADATA_METHODS.has(name)) return this.#toolMetadata(client, name, method)
    return method
  }

  #withContext(client: object, source: unknown): unknown {
    return new Proxy(client, new View(this.#definition, addSource(this.#sources, source), this.#tools))
  }

  #send(client: object, method: Method, args: readonly [Message, ...unknown[]]): unknown {
    const [message, ...rest] = args
    const send = (context: RequestContext | undefined): unknown =>
      Reflect.apply(
        method,
        client,
        context === undefined ? args : [attachContext(message, this.#definition.key, context), ...rest],
      )
    try {
      const signal = signalOf(rest)
      const context = this.#contextOf(message, signal)
      return isPromise(context) ? untilAborted(context, signal).then(send) : send(context)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #contextOf({ method, params }: Message, signal: AbortSignal | undefined): MaybePromise<RequestContext | undefined> {
    if (this.#sources.length === 0) return undefined
    const fields = contextOf(this.#sources, { method, params, signal })
    return andThen(fields, (fields) => (fields === undefined ? undefined : encodeContext(this.#definition, fields)))
  }

  /** `listen` of SDK 2.x builds its own request and gives it to the transport: the context is added there. */
  #listen(client: object, method: Method): Method {
    const contextOf = (options: Options) => {
      const signal = signalOf([options])
      const context = this.#contextOf({ method: 'subscriptions/listen' }, signal)
      return isPromise(context) ? untilAborted(context, signal) : context
    }
    const { key } = this.#definition
    return async function (this: unknown, filter, options) {
      const pending = contextOf(options as Options)
      const context = isPromise(pending) ? await pending : pending
      if (context === undefined) return method.call(client, filter, options)
      const transport = (this as { transport?: { send: Method } }).transport
      const sender = transport && {
        send: (message: Message, sendOptions: unknown) =>
          transport.send(attachContext(message, key, context), sendOptions),
      }
      const get = (_: object, name: PropertyKey) => (name === 'transport' ? sender : Reflect.get(client, name))
      return method.call(new Proxy(client, { get }), filter, options)
    }
  }

  #uncached(client: object, name: PropertyKey, method: Method): Method {
    const learn = (result: unknown) => {
      this.#tools = learnTools(client, toolsOf(result))
    }
    return async function (this: unknown, params, options) {
      const result = await method.call(this, params, bypassCache(options as Options))
      if (name === 'listTools' && !(params as { cursor?: unknown } | undefined)?.cursor) learn(result)
      return result
    }
  }

  /** SDK 1.x stores and looks up what a listing said of the tools on the client; here that is the view's own. */
  #toolMetadata(client: object, name: PropertyKey, method: Method): Method {
    return name === 'cacheToolMetadata' ? () => {} : method.bind(this.#tools?.store ?? client)
  }

  #callTool(client: object, method: Method): Method {
    // SDK 2.x alone takes a tool's definition with the call; the second argument of 1.x is a result schema.
    if (!('getProtocolEra' in client)) return method
    const definitionOf = (name: string) => this.#tools?.tools.get(name)
    return async function (this: unknown, params, options) {
      const { name } = params as { name: string }
      const call = (toolDefinition: unknown) => method.call(this, params, { ...(options as Options), toolDefinition })
      const known = (options as Options)?.toolDefinition ?? definitionOf(name)
      if (known === undefined) return method.call(this, params, options)
      try {
        return await call(known)
      } catch (error) {
        if ((options as Options)?.toolDefinition !== undefined || codeOf(error) !== HEADER_MISMATCH) throw error
        const { signal, timeout } = (options as Options) ?? {}
        await (this as { listTools: Method }).listTools(undefined, { signal, timeout })
        return call(definitionOf(name))
      }
    }
  }
}

/** A refresh would store one context's result for everybody, so it becomes a bypass, which asks the server just as well. */
function bypassCache(options: Options): Options {
  return options?.cacheMode === undefined || options.cacheMode === 'refresh'
    ? { ...options, cacheMode: 'bypass' }
    : options
}

/** The signal among the arguments after the message: the options come last, after a schema or without one. */
function signalOf(rest: readonly unknown[]): AbortSignal | undefined {
  const options = rest.at(1) ?? rest.at(0)
  const signal = (options as { signal?: Partial<AbortSignal> } | null | undefined)?.signal
  return typeof signal?.addEventListener === 'function' ? (signal as AbortSignal) : undefined
}

/** Waits for a source no longer than the caller does. */
function untilAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return pending
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code
}
