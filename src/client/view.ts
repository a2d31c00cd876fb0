import type { OutgoingMessage } from '../codec/attach-context.js'
import type { MaybePromise } from '../shared/maybe-promise.js'
import { outsideRequests } from '../shared/outside-requests.js'
import { sharedSymbol } from '../shared/registry.js'
import { callListen, LISTEN } from './listen.js'
import { wrapNestedClient } from './overlay.js'
import { METHOD_BEHAVIOR, type Method, refreshOnRetry } from './sdk-internals.js'
import {
  bypassCache,
  callToolOfSdk2,
  listAndLearn,
  type Options,
  sdkCallTool,
  type ToolClient,
  type ToolMetadata,
  toolMetadata,
} from './tool-calls.js'
import { attachContexts, refreshing, type ViewContext } from './view-context.js'

/** By this member a view shows what it is made of, also to another copy of this package. */
const VIEW: unique symbol = /* @__PURE__ */ sharedSymbol('view') as never

/** What all views of one client share. */
interface Viewed {
  readonly client: object
  /** `callTool` where it is the SDK's own. */
  readonly callTool: Method | undefined
  readonly Caller: Caller
}

/** Makes a client with another `request`, for the SDK's own `callTool`. */
type Caller = new (request: Method) => object

/**
 * A view of a client with one more context. The client can itself be a view: the new one then sends the contexts of both.
 */
export function createView(client: object, context: ViewContext): object {
  const view = (client as { [VIEW]?: View })[VIEW]
  if (view !== undefined) return view.withDefinition(context)
  return new View({ client, callTool: sdkCallTool(client), Caller: callerOf(client) }, [context]).proxy
}

/**
 * The SDK's own `callTool` only reads members of its client and calls `request`. It therefore runs on an object with the
 * client as its prototype: behind the view's Proxy, each member that it reads would take as long as attaching a context.
 * A class makes these objects alike, which is what V8 is fast with.
 */
function callerOf(client: object): Caller {
  class Caller {
    readonly request: Method
    constructor(request: Method) {
      this.request = request
    }
  }
  Object.setPrototypeOf(Caller.prototype, client)
  return Caller
}

/** The handler of the Proxy that a user has. Its state is private, so that inspecting a view shows no context. */
class View implements ProxyHandler<object> {
  readonly proxy: object
  readonly #viewed: Viewed
  /** One for each definition. `withContext` adds to the last one. */
  readonly #contexts: readonly ViewContext[]
  /** What `tools/list` said, and a caller that knows it. */
  #tools: (ToolMetadata & Pick<Viewed, 'Caller'>) | undefined
  #callTool: Method | undefined

  constructor(viewed: Viewed, contexts: readonly ViewContext[], tools?: ToolMetadata & Pick<Viewed, 'Caller'>) {
    this.#viewed = viewed
    this.#contexts = contexts
    this.#tools = tools
    this.proxy = new Proxy(viewed.client, this)
  }

  withDefinition(context: ViewContext): object {
    return new View(this.#viewed, [...this.#contexts, context], this.#tools).proxy
  }

  #withContext(source: unknown): object {
    const contexts = this.#contexts.slice()
    const last = contexts.length - 1
    contexts[last] = (contexts[last] as ViewContext).with(source)
    return new View(this.#viewed, contexts, this.#tools).proxy
  }

  has(client: object, name: PropertyKey): boolean {
    return name === 'withContext' || name in client
  }

  set(client: object, name: PropertyKey, value: unknown): boolean {
    return Reflect.set(client, name, value)
  }

  get(client: object, name: PropertyKey, receiver: unknown): unknown {
    if (name === 'withContext') return (source: unknown) => this.#withContext(source)
    if (name === VIEW) return this
    // Fast path for the most frequent call: a member that is named here is found sooner than one by its name.
    if (name === 'callTool' && !this.#isEmpty) {
      const { callTool } = client as Partial<ToolClient>
      if (callTool !== undefined && callTool === this.#viewed.callTool) {
        this.#callTool ??= this.#callingTool(client, callTool)
        return this.#callTool
      }
    }
    const member = (client as Readonly<Record<PropertyKey, unknown>>)[name]
    if (typeof member !== 'function') return wrapNestedClient(client, name, member, receiver)
    const method = member as Method
    const behavior = METHOD_BEHAVIOR.get(name)
    if (behavior === undefined) return method
    if (behavior === 'sends') return (...args: [OutgoingMessage]) => this.#send(method, ...args)
    if (behavior === 'on the client') return method.bind(client)
    if (behavior === 'connects') return (...args: unknown[]) => outsideRequests(() => method.apply(client, args))
    if (this.#isEmpty) return method
    if (behavior === 'calls a tool') return this.#callingTool(client, method)
    if (behavior === 'listens') return this.#listening(client, method)
    if (name === 'listTools') return listAndLearn(method, (listing) => this.#learnTools(client, listing))
    if (behavior === 'is cached') return bypassCache(method)
    return name === 'cacheToolMetadata' ? () => {} : method.bind(this.#tools?.store ?? client)
  }

  get #isEmpty(): boolean {
    for (const { isEmpty } of this.#contexts) if (!isEmpty) return false
    return true
  }

  /** Sends a message by `request` or `notification`, on the client itself: message ids are counted there. */
  #send(method: Method, message: OutgoingMessage, ...rest: readonly unknown[]): unknown {
    const { client } = this.#viewed
    const signal = signalIn(rest)
    const refresh = refreshing(this.#contexts, client, message, signal)
    const sender = refresh === undefined ? client : refreshOnRetry(client, refresh)
    let attached: MaybePromise<OutgoingMessage>
    try {
      attached = attachContexts(this.#contexts, client, message, signal)
    } catch (error) {
      return Promise.reject(error)
    }
    if (!(attached instanceof Promise)) return method.call(sender, attached, ...rest)
    return attached.then((settled) => method.call(sender, settled, ...rest))
  }

  /**
   * `callTool` of a view. The SDK's own runs on a caller, unless somebody wraps the view and wants to see its `request`
   * called. A subclass's may need more of its client than `request`.
   */
  #callingTool(client: object, callTool: Method): Method {
    const { proxy } = this
    const isSdk = callTool === this.#viewed.callTool
    const { Caller } = this.#tools ?? this.#viewed
    const caller = new Caller((message, first, second) =>
      this.#send((client as ToolClient).request, message as OutgoingMessage, first, second),
    )
    if ('getProtocolEra' in client) {
      // SDK 2.x alone takes the definition of a tool. The second argument of 1.x is a result schema.
      const definitionOf = (name: unknown) => this.#tools?.tools.get(name)
      return function (params, options) {
        const on = (isSdk && this === proxy ? caller : this) as ToolClient
        return callToolOfSdk2(callTool, on, this as ToolClient, definitionOf, params, options as Options)
      }
    }
    if (!isSdk) return callTool
    return function (params, schema, options) {
      return callTool.call(this === proxy ? caller : this, params, schema, options)
    }
  }

  /** What a listing says of the tools is remembered for this view and those made of it. */
  #learnTools(client: object, listing: unknown): void {
    const metadata = toolMetadata(client, listing)
    this.#tools = { ...metadata, Caller: callerOf(metadata.store) }
    this.#callTool = undefined
  }

  #listening(client: object, listen: Method): Method {
    return async (...args) => {
      const signal = signalIn(args.slice(1))
      const carrier = await attachContexts(this.#contexts, client, LISTEN, signal)
      return callListen(client, listen, carrier, refreshing(this.#contexts, client, LISTEN, signal), args)
    }
  }
}

/** The signal among the arguments after a message. The options come last, after a schema or without one. */
function signalIn(rest: readonly unknown[]): AbortSignal | undefined {
  const options = rest[1] ?? rest[0]
  const signal = (options as { signal?: Partial<AbortSignal> } | null | undefined)?.signal
  return signal?.addEventListener === undefined ? undefined : (signal as AbortSignal)
}
