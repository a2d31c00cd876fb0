import { assertNoContext, attachContexts, type OutgoingMessage, type OutgoingParams } from '../codec/attach-context.js'
import { outsideRequests } from '../shared/outside-requests.js'
import { sharedSymbol } from '../shared/registry.js'
import { overlay, wrapNestedClient } from './overlay.js'
import { METHOD_BEHAVIOR, type Method, watchLists } from './sdk-internals.js'
import { bindCallbacks, type Sending, sendLater, sendMessage } from './send-message.js'
import {
  bypassCache,
  callToolOfSdk2,
  listAndLearn,
  sdkCallTool,
  type ToolClient,
  type ToolMetadata,
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
  const { proxy } = new View(viewed, [], context, undefined)
  // What the SDK sends by itself carries the context that the client was created with first.
  if (!context.isEmpty && 'getServerCapabilities' in client) watchLists(client).lister ??= proxy
  return proxy
}

/**
 * The handler of the Proxy that a user has. Its state is private, so that inspecting a view shows no context.
 *
 * A view is made for nearly every call, and over HTTP its code is out of the processor's caches by then: each function
 * that a call enters costs as much as copying a context. So the way through `withContext` and `callTool` enters few.
 */
class View implements ProxyHandler<object> {
  readonly proxy: object
  readonly #viewed: Viewed
  /** The contexts of the definitions that were added before. */
  readonly #earlier: readonly ViewContext[]
  /** The context of the last definition: `withContext` adds to it. */
  readonly #context: ViewContext
  /** What `tools/list` said. Views that are made of this one know it too, until the server says that the list has changed. */
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
    // What is called most often is found first.
    if (name === 'callTool' && !(this.#context.isEmpty && this.#earlier.length === 0)) {
      const view = this
      const isFast = method === this.#viewed.callTool && !this.#context.isDynamic && this.#earlier.length === 0
      return function (this: unknown, ...args: unknown[]): unknown {
        // Somebody who wraps the view wants to see its `request` called. A subclass's `callTool` may call other methods.
        if (isFast && this === view.proxy) return view.#callSdkTool(client, method, args)
        return view.#viewed.isSdk2 ? callToolOfSdk2(method, this as ToolClient, view, args) : method.apply(this, args)
      }
    }
    const behavior = METHOD_BEHAVIOR.get(name)
    if (behavior === undefined) return method
    if (behavior === 'sends') return (...args: [OutgoingMessage]) => sendMessage(this.#sending(method, args, args[0]))
    if (behavior === 'on the client') return method.bind(client)
    if (behavior === 'connects') return (...args: unknown[]) => outsideRequests(() => method.apply(client, args))
    if (this.#contexts().every(({ isEmpty }) => isEmpty)) return method
    if (behavior === 'listens') return (...args: unknown[]) => sendLater(this.#sending(method, args, LISTEN))
    if (name === 'listTools') {
      return listAndLearn(method, client, (tools) => {
        this.#tools = tools
      })
    }
    if (behavior === 'is cached') return bypassCache(method)
    return name === 'cacheToolMetadata' ? () => {} : method.bind(this.tools?.store ?? client)
  }

  /**
   * The SDK's own `callTool` only reads members of its client and hands its params to `request`. With a static context in
   * the params it can run on the client itself. Behind the view's Proxy, each member that it reads would take as long as
   * attaching a context.
   */
  #callSdkTool(client: object, callTool: Method, given: unknown[]): unknown {
    const args = given.length > 1 ? bindCallbacks(given) : given
    const { key } = this.#context.definition
    const params = args[0] as OutgoingParams
    let on = (this.#tools && this.tools?.store) ?? client
    try {
      if (params?._meta !== undefined) assertNoContext({ method: 'tools/call', params }, key)
      const encoded = this.#context.encodeStatic(client)
      if (encoded instanceof Promise) {
        const first = encoded.then((context) => ({ [key]: context }))
        const { request } = client as ToolClient
        on = overlay(this.proxy, {
          request: (...sent: [OutgoingMessage]) => sendLater(this.#sending(request, sent, sent[0]), first),
        })
      } else args[0] = attachContexts(params, { [key]: encoded })
    } catch (error) {
      return Promise.reject(error)
    }
    if (this.#viewed.isSdk2) return callToolOfSdk2(callTool, on as ToolClient, this, args)
    return callTool.call(on, args[0], args[1], args[2])
  }

  #sending(method: Method, args: readonly unknown[], message: OutgoingMessage): Sending {
    return { contexts: this.#contexts(), client: this.#viewed.client, method, args: bindCallbacks(args), message }
  }

  /** What this view knows of the tools. */
  get tools(): ToolMetadata | undefined {
    if (this.#tools?.isStale()) this.#tools = undefined
    return this.#tools
  }
}

/** The message of `listen`, as source functions are told of it. */
const LISTEN: OutgoingMessage = { method: 'subscriptions/listen' }
