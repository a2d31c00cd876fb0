import { outsideRequests } from '../core/ambient.js'
import type { Message } from '../core/attach.js'
import { andThen, isPromise, type MaybePromise } from '../core/maybe-promise.js'
import type { Sources } from '../core/sources.js'
import type { RequestContext } from '../core/wire.generated.js'
import type { Binding } from './binding.js'
import { KINDS } from './kinds.js'
import { viewMember } from './member.js'
import { type Method, withRequest } from './method.js'
import { type Renew, resending, type Sender, sendingWith } from './resending.js'
import { signalOf } from './signal.js'
import { standIn } from './stand-in.js'
import { assertSupported } from './support.js'
import { callingTool, learnTools, type ToolMetadata } from './tool-metadata.js'
import { uncached } from './uncached.js'

/** A client bound to sources of context; `tools` is what its calls are checked against until it lists tools itself. */
export function viewOf(client: object, binding: Binding, sources: Sources, tools?: ToolMetadata): object {
  return new View(client, binding, sources, tools).self
}

/** What carries no context: it is about the connection (spec RC-016). */
const HANDSHAKE: ReadonlySet<string> = new Set(['initialize', 'notifications/initialized'])

const LISTEN: Message = { method: 'subscriptions/listen' }

/** What calling a tool needs of a client. */
interface ToolClient {
  callTool: Method
  request: Method
}

/** One view. Its state is private, so that inspecting a view shows the client and no context. */
class View implements ProxyHandler<object> {
  readonly #binding: Binding
  readonly #sources: Sources
  #tools: ToolMetadata | undefined
  /** The view as its user has it: the Proxy whose handler this is. */
  readonly self: object
  /** What plain values come to: they never change, so a synchronous schema is asked about them once. */
  #copies: (() => RequestContext) | undefined
  #toolCaller: ToolClient | undefined
  #callTool: Method | undefined

  constructor(client: object, binding: Binding, sources: Sources, tools: ToolMetadata | undefined) {
    this.#binding = binding
    this.#sources = sources
    this.#tools = tools
    this.self = new Proxy(client, this)
  }

  has(client: object, name: PropertyKey): boolean {
    return name === 'withContext' || Reflect.has(client, name)
  }

  set(client: object, name: PropertyKey, value: unknown): boolean {
    return Reflect.set(client, name, value)
  }

  get(client: object, name: PropertyKey, view: unknown): unknown {
    if (name === 'withContext') return (source: unknown) => this.#withContext(client, source)
    // The most frequent call has the shortest way: a member that is named here is found sooner than one by its name.
    if (name === 'callTool' && this.#callTool !== undefined) {
      if ((client as ToolClient).callTool === this.#binding.callTool) return this.#callTool
    }
    const value = (client as Readonly<Record<PropertyKey, unknown>>)[name]
    if (typeof value !== 'function') return viewMember(client, name, value, view)
    const method = value as Method
    const kind = KINDS.get(name)
    if (kind === undefined) return method
    if (kind === 'sends') return this.#sender(client, method)
    if (kind === 'sets up') return method.bind(client)
    if (kind === 'connects') return (...args: unknown[]) => outsideRequests(() => method.apply(client, args))
    if (this.#sources.length === 0) return method
    if (kind === 'listens') return this.#listen(client, method)
    if (kind === 'is cached') return name === 'listTools' ? this.#listTools(client, method) : uncached(method)
    if (kind === 'calls a tool') return this.#callingTool(client, method)
    return name === 'cacheToolMetadata' ? () => {} : method.bind(this.#tools?.store ?? client)
  }

  /** Whether a source is to be asked for each request. Where there are two, one of them is a function. */
  get #asks(): boolean {
    return this.#sources.length > 1 || typeof this.#sources[0] === 'function'
  }

  #withContext(client: object, source: unknown): unknown {
    return viewOf(client, this.#binding, this.#binding.codec.addSource(this.#sources, source), this.#tools)
  }

  /**
   * `callTool` as the view shows it. SDK 2.x alone takes a tool's definition with the call; the second argument of 1.x is
   * a result schema.
   */
  #callingTool(client: object, method: Method): Method {
    const own = method === this.#binding.callTool
    const runOn = (caller: unknown) => (own && caller === this.self ? this.#callerOf(client) : caller)
    const shown: Method =
      'getProtocolEra' in client
        ? callingTool(method, runOn, () => this.#tools)
        : function (params, ...rest) {
            return method.call(runOn(this), params, ...rest)
          }
    if (own) this.#callTool = shown
    return shown
  }

  /**
   * What the SDK's own `callTool` runs on: a client whose requests are the view's. Behind the view's Proxy each member
   * that the SDK looks at would take as long as it takes to attach a context.
   */
  #callerOf(client: object): ToolClient {
    this.#toolCaller ??= withRequest((this.#tools?.store ?? client) as ToolClient, (message, ...rest) => {
      const { request } = client as ToolClient
      // What this throws rejects the call: `callTool` is asynchronous.
      if (this.#copies === undefined) return this.#send(client, request, undefined, message as Message, rest)
      const { codec, definition } = this.#binding
      const attached = codec.attach(message as Message, definition.key, this.#copyOf(client, this.#copies))
      return request.call(client, attached, ...rest)
    })
    return this.#toolCaller
  }

  #sender(client: object, method: Method): Method {
    const view = this
    return function (message, ...rest) {
      return view.#send(client, method, this, message as Message, rest)
    }
  }

  #send(client: object, method: Method, caller: unknown, message: Message, rest: readonly unknown[]): unknown {
    if (this.#sources.length === 0) return method.call(resending(client, caller, undefined), message, ...rest)
    const signal = signalOf(rest)
    let attached: MaybePromise<Message>
    try {
      attached = this.#attach(client, message, signal)
    } catch (error) {
      return Promise.reject(error)
    }
    const sender = resending(client, caller, this.#renewal(client, message, signal))
    return andThen(attached, (attached) => method.call(sender, attached, ...rest))
  }

  /** How a message is made anew that the SDK sends again; plain values stay as they are. */
  #renewal(client: object, given: Message, signal: AbortSignal | undefined): Renew | undefined {
    if (!this.#asks) return undefined
    const { codec, definition } = this.#binding
    return (message) =>
      andThen(this.#contextOf(client, given, signal), (context) => codec.reattach(message, definition.key, context))
  }

  #attach(client: object, message: Message, signal: AbortSignal | undefined): MaybePromise<Message> {
    const { codec, definition } = this.#binding
    return andThen(this.#contextOf(client, message, signal), (context) =>
      context === undefined ? message : codec.attach(message, definition.key, context),
    )
  }

  #contextOf(
    client: object,
    { method, params }: Message,
    signal: AbortSignal | undefined,
  ): MaybePromise<RequestContext | undefined> {
    if (HANDSHAKE.has(method)) return undefined
    if (this.#copies !== undefined) return this.#copyOf(client, this.#copies)
    const { codec, definition } = this.#binding
    const context = codec.contextOf(definition, this.#sources, { method, params, signal }, () => this.#ready(client))
    if (context !== undefined && !isPromise(context) && !this.#asks) this.#copies = codec.copier(context)
    return context
  }

  /** A message has a context of its own: in memory its receiver gets the very object. */
  #copyOf(client: object, copies: () => RequestContext): RequestContext {
    this.#ready(client)
    return copies()
  }

  #ready(client: object): void {
    if (this.#binding.requireSupport) assertSupported(client, this.#binding)
  }

  /** `listen` of SDK 2.x builds its own request and gives it to the transport: the context is added there. */
  #listen(client: object, method: Method): Method {
    const { codec, definition } = this.#binding
    const listen = async (transport: Sender | undefined, filter: unknown, options: unknown) => {
      const signal = signalOf([options])
      const pending = this.#contextOf(client, LISTEN, signal)
      const context = isPromise(pending) ? await pending : pending
      if (context === undefined || transport === undefined) return method.call(client, filter, options)
      const attach = (message: Message) => codec.attach(message, definition.key, context)
      const sender = sendingWith(transport, attach, this.#renewal(client, LISTEN, signal))
      return method.call(standIn(client, { transport: sender }), filter, options)
    }
    return function (this: unknown, filter, options) {
      return listen((this as { transport?: Sender }).transport, filter, options)
    }
  }

  #listTools(client: object, method: Method): Method {
    const list = uncached(method)
    const learn = (result: unknown) => {
      this.#tools = learnTools(client, result)
      this.#toolCaller = undefined
    }
    return async function (this: unknown, params, options) {
      const result = await list.call(this, params, options)
      // A page is not the whole: SDK 2.x learns nothing from one either.
      if ((params as { cursor?: unknown } | undefined)?.cursor === undefined) learn(result)
      return result
    }
  }
}
