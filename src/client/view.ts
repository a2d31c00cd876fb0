import { outsideRequests } from '../core/ambient.js'
import type { Message } from '../core/attach.js'
import { andThen, isPromise, type MaybePromise } from '../core/maybe-promise.js'
import type { RequestContext } from '../core/wire.generated.js'
import { signalOf, untilAborted } from './abort.js'
import type { Binding } from './binding.js'
import { viewMember } from './member.js'
import type { Method } from './method.js'
import { type Renew, resending, type Sender, sendingWith } from './resending.js'
import { addSource, contextOf, type Sources } from './source.js'
import { standIn } from './stand-in.js'
import { assertSupported } from './support.js'
import { callingTool, learnTools, type ToolMetadata } from './tool-metadata.js'
import { uncached } from './uncached.js'

/** A client bound to sources of context; `tools` is what its calls are checked against until it lists tools itself. */
export function viewOf(client: object, binding: Binding, sources: Sources, tools?: ToolMetadata): object {
  return new Proxy(client, new View(binding, sources, tools))
}

/** What carries no context: it is about the connection (spec RC-016). */
const HANDSHAKE: ReadonlySet<string> = new Set(['initialize', 'notifications/initialized'])

const LISTEN: Message = { method: 'subscriptions/listen' }

/** How a view shows a method that is not simply run with the view as `this`. */
type Kind = 'sends' | 'connects' | 'sets up' | 'listens' | 'calls a tool' | 'is cached' | 'knows tools'

const KINDS: ReadonlyMap<PropertyKey, Kind> = new Map(
  Object.entries({
    // What every verb ends in; by the third, SDK 2.x sends `server/discover`.
    sends: 'request notification _requestWithSchema',
    connects: 'connect',
    // Run on the client itself, these tie no view to it.
    'sets up':
      'close registerCapabilities setRequestHandler removeRequestHandler setNotificationHandler removeNotificationHandler setVersionNegotiation',
    listens: 'listen',
    'calls a tool': 'callTool',
    // Methods of (params, options) whose results SDK 2.x caches without regard to `_meta`.
    'is cached': 'listTools listPrompts listResources listResourceTemplates readResource _readResource',
    // SDK 1.x stores and looks up with these what a listing said of the tools.
    'knows tools': 'cacheToolMetadata getToolOutputValidator isToolTask isToolTaskRequired',
  } satisfies Record<Kind, string>).flatMap(([kind, names]) =>
    names.split(' ').map((name): [string, Kind] => [name, kind as Kind]),
  ),
)

/** One view. Its state is private, so that inspecting a view shows the client and no context. */
class View implements ProxyHandler<object> {
  readonly #binding: Binding
  readonly #sources: Sources
  #tools: ToolMetadata | undefined

  constructor(binding: Binding, sources: Sources, tools: ToolMetadata | undefined) {
    this.#binding = binding
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
    const kind = KINDS.get(name)
    if (kind === undefined) return method
    if (kind === 'sends') return this.#sender(client, method)
    if (kind === 'sets up') return method.bind(client)
    if (kind === 'connects') return (...args: unknown[]) => outsideRequests(() => method.apply(client, args))
    if (this.#sources.length === 0) return method
    if (kind === 'listens') return this.#listen(client, method)
    if (kind === 'is cached') return name === 'listTools' ? this.#listTools(client, method) : uncached(method)
    // SDK 2.x alone takes a tool's definition with the call; the second argument of 1.x is a result schema.
    if (kind === 'calls a tool') return 'getProtocolEra' in client ? callingTool(method, () => this.#tools) : method
    return name === 'cacheToolMetadata' ? () => {} : method.bind(this.#tools?.store ?? client)
  }

  #withContext(client: object, source: unknown): unknown {
    return viewOf(client, this.#binding, addSource(this.#binding.codec, this.#sources, source), this.#tools)
  }

  #sender(client: object, method: Method): Method {
    const send = (caller: unknown, message: unknown, rest: readonly unknown[]) =>
      this.#send(client, method, caller, message as Message, rest)
    return function (message, ...rest) {
      return send(this, message, rest)
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
    if (!this.#sources.some((source) => typeof source === 'function')) return undefined
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
    const { codec, definition, requireSupport } = this.#binding
    if (HANDSHAKE.has(method)) return undefined
    const fields = contextOf(codec, this.#sources, { method, params, signal })
    const context = andThen(fields, (fields) => {
      if (fields === undefined) return undefined
      if (requireSupport) assertSupported(client, this.#binding)
      return codec.encode(definition, fields)
    })
    return isPromise(context) ? untilAborted(context, signal) : context
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
    }
    return async function (this: unknown, params, options) {
      const result = await list.call(this, params, options)
      // A page is not the whole: SDK 2.x learns nothing from one either.
      if ((params as { cursor?: unknown } | undefined)?.cursor === undefined) learn(result)
      return result
    }
  }
}
