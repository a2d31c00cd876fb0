import { assertNoContext, attachContexts, type OutgoingMessage, type OutgoingParams } from '../codec/attach-context.js'
import { andThen } from '../shared/maybe-promise.js'
import { outsideRequests } from '../shared/outside-requests.js'
import { sharedSymbol } from '../shared/registry.js'
import type { RequestContext } from '../wire/types.generated.js'
import { wrapNestedClient } from './overlay.js'
import { METHOD_BEHAVIOR, type Method } from './sdk-internals.js'
import { callListen, LISTEN } from './listen.js'
import { type OutgoingCall, sendMessage, signalIn, untilAborted } from './send-message.js'
import {
  bypassCache,
  callToolOfSdk2,
  listAndLearn,
  sdkCallTool,
  type ToolClient,
  type ToolMetadata,
  toolMetadata,
} from './tool-calls.js'
import type { ViewContext } from './view-context.js'

/** By this member a view shows what it is made of, also to another copy of this package. */
const VIEW: unique symbol = /* @__PURE__ */ sharedSymbol('view') as never

/** What all views of one client share. */
interface Viewed {
  readonly client: object
  /** `callTool` where it is the SDK's own. */
  readonly callTool: Method | undefined
  readonly isSdk2: boolean
}

/**
 * A view of a client with one more context. The client can itself be a view: the new one then sends the contexts of both.
 */
export function createView(client: object, context: ViewContext): object {
  const view = (client as { [VIEW]?: View })[VIEW]
  if (view !== undefined) return view.withDefinition(context)
  const viewed = { client, callTool: sdkCallTool(client), isSdk2: 'getProtocolEra' in client }
  return new View(viewed, [], context, undefined).proxy
}

/**
 * The handler of the Proxy that a user has. Its state is private, so that inspecting a view shows no context.
 *
 * A view is made for nearly every call. Over HTTP this code is cold by then, and each function call costs as much as
 * copying a context. So the path through `withContext` and `callTool` calls few functions.
 */
class View implements ProxyHandler<object> {
  readonly proxy: object
  readonly #viewed: Viewed
  /** The contexts of the definitions that were added before. */
  readonly #earlier: readonly ViewContext[]
  /** The context of the last definition: `withContext` adds to it. */
  readonly #context: ViewContext
  /** What `tools/list` said under these contexts. */
  #tools: ToolMetadata | undefined

  constructor(viewed: Viewed, earlier: readonly ViewContext[], context: ViewContext, tools: ToolMetadata | undefined) {
    this.#viewed = viewed
    this.#earlier = earlier
    this.#context = context
    this.#tools = tools
    this.proxy = new Proxy(viewed.client, this)
  }

  withDefinition(context: ViewContext): object {
    return new View(this.#viewed, this.#contexts(), context, this.#tools).proxy
  }

  #contexts(): readonly ViewContext[] {
    return [...this.#earlier, this.#context]
  }

  has(client: object, name: PropertyKey): boolean {
    return name === 'withContext' || name in client
  }

  set(client: object, name: PropertyKey, value: unknown): boolean {
    return Reflect.set(client, name, value)
  }

  get(client: object, name: PropertyKey, receiver: unknown): unknown {
    if (name === 'withContext') {
      return (source: unknown) => new View(this.#viewed, this.#earlier, this.#context.with(source), this.#tools).proxy
    }
    if (name === VIEW) return this
    const member = (client as Readonly<Record<PropertyKey, unknown>>)[name]
    if (typeof member !== 'function') return wrapNestedClient(client, name, member, receiver)
    const method = member as Method
    // Fast path for `callTool`.
    if (name === 'callTool' && !this.#context.isEmpty) return this.#callingTool(client, method)
    const behavior = METHOD_BEHAVIOR.get(name)
    if (behavior === undefined) return method
    if (behavior === 'sends') return (...args: [OutgoingMessage]) => sendMessage(this.#callOf(method, args, args[0]))
    if (behavior === 'on the client') return method.bind(client)
    if (behavior === 'connects') return (...args: unknown[]) => outsideRequests(() => method.apply(client, args))
    if (this.#contexts().every(({ isEmpty }) => isEmpty)) return method
    if (behavior === 'calls a tool') return this.#callingTool(client, method)
    if (behavior === 'listens') return (...args: unknown[]) => callListen(this.#callOf(method, args, LISTEN))
    if (name === 'listTools') return listAndLearn(method, (listing) => this.#learnTools(client, listing))
    if (behavior === 'is cached') return bypassCache(method)
    return name === 'cacheToolMetadata' ? () => {} : method.bind(this.#tools?.store ?? client)
  }

  /**
   * The SDK's own `callTool` only reads members of its client and hands its params to `request`. With a static context in
   * the params it can run on the client itself. Behind the view's Proxy, each member that it reads would take as long as
   * attaching a context.
   */
  #callingTool(client: object, callTool: Method): Method {
    const view = this
    const { isSdk2 } = this.#viewed
    const isSdk = callTool === this.#viewed.callTool
    const isFast = isSdk && !this.#context.isDynamic && this.#earlier.length === 0
    return function (...args) {
      // A wrapper around the view must see the call to `request`. A subclass's `callTool` may call other methods.
      if (isFast && this === view.proxy) return view.#callSdkTool(client, callTool, args)
      return isSdk2 ? callToolOfSdk2(callTool, this as ToolClient, view, args) : callTool.apply(this, args)
    }
  }

  /** @param waitedFor the encoded context, once an asynchronous schema has accepted it */
  #callSdkTool(client: object, callTool: Method, args: unknown[], waitedFor?: RequestContext): unknown {
    const { key } = this.#context.definition
    const params = args[0] as OutgoingParams
    try {
      if (params?._meta !== undefined) assertNoContext('tools/call', params, key)
      const encoded = waitedFor ?? this.#context.encodeStatic(client)
      if (encoded instanceof Promise) {
        const accepted = untilAborted(encoded, signalIn(args))
        return andThen(accepted, (context) => this.#callSdkTool(client, callTool, args, context))
      }
      args[0] = attachContexts(params, { [key]: encoded })
    } catch (error) {
      return Promise.reject(error)
    }
    if (this.#viewed.isSdk2) return callToolOfSdk2(callTool, client as ToolClient, this, args)
    return callTool.call(this.#tools?.store ?? client, args[0], args[1], args[2])
  }

  #callOf(method: Method, args: readonly unknown[], message: OutgoingMessage): OutgoingCall {
    return { contexts: this.#contexts(), client: this.#viewed.client, method, args, message }
  }

  /** The definitions of the tools in this view's own listing. */
  get toolDefinitions(): ToolMetadata['tools'] | undefined {
    return this.#tools?.tools
  }

  /** What a listing says of the tools is remembered for this view and those made of it. */
  #learnTools(client: object, listing: unknown): void {
    this.#tools = toolMetadata(client, listing)
  }
}
