import { assertNoContext, attachContexts, type OutgoingMessage, type OutgoingParams } from '../codec/attach-context.js'
import type { MaybePromise } from '../shared/maybe-promise.js'
import { outsideRequests } from '../shared/outside-requests.js'
import { sharedSymbol } from '../shared/registry.js'
import type { RequestContext } from '../wire/types.generated.js'
import { callListen, LISTEN } from './listen.js'
import { OutgoingCall } from './outgoing-call.js'
import { type Method, wrapNestedClient } from './overlay.js'
import { METHOD_BEHAVIOR, watchLists, withToolCache } from './sdk-internals.js'
import { bindCallbacks, sendMessage } from './send-message.js'
import { bypassCache, listAndLearn, sdkCallTool, type ToolMetadata } from './tool-calls.js'
import { encodeStatic, isEmpty, type ViewContext, withSource } from './view-context.js'

/** By this member a view shows what it is made of, also to another copy of this package. */
const VIEW: unique symbol = /* @__PURE__ */ sharedSymbol('view') as never

/** The message of `callTool`, for what waits before it is sent. */
const CALL: OutgoingMessage = { method: 'tools/call' }

/**
 * A view of a client with one more context. The client can itself be a view: the new one then sends the contexts of both.
 */
export function createView(client: object, context: ViewContext): object {
  const view = (client as { [VIEW]?: View })[VIEW]
  if (view !== undefined) return view.withDefinition(context)
  const { proxy } = new View(client, sdkCallTool(client), [], context, undefined)
  // What the SDK sends by itself carries the context that the client was created with first.
  if (!isEmpty(context) && 'getServerCapabilities' in client) watchLists(client).lister ??= proxy
  return proxy
}

/**
 * The handler of the Proxy that a user has. Its state is private, so that inspecting a view shows no context.
 *
 * A view is made for nearly every call. Over HTTP this code is cold by then, and each function call costs as much as
 * copying a context. So the path through `withContext` and `callTool` calls few functions.
 */
class View implements ProxyHandler<object> {
  readonly proxy: object
  readonly #client: object
  /** `callTool` of the client, where it is the SDK's own. */
  readonly #sdkCallTool: Method | undefined
  /** The contexts of the definitions that were added before. */
  readonly #earlier: readonly ViewContext[]
  /** The context of the last definition: `withContext` adds to it. */
  readonly #context: ViewContext
  /** What `tools/list` said. Views that are made of this one know it too, until the server says that the list has changed. */
  #tools: ToolMetadata | undefined

  constructor(
    client: object,
    sdkCallTool: Method | undefined,
    earlier: readonly ViewContext[],
    context: ViewContext,
    tools: ToolMetadata | undefined,
  ) {
    this.#client = client
    this.#sdkCallTool = sdkCallTool
    this.#earlier = earlier
    this.#context = context
    this.#tools = tools
    this.proxy = new Proxy(client, this)
  }

  withDefinition(context: ViewContext): object {
    return new View(this.#client, this.#sdkCallTool, this.#contexts(), context, this.#tools).proxy
  }

  #contexts(): readonly ViewContext[] {
    return [...this.#earlier, this.#context]
  }

  has(client: object, name: PropertyKey): boolean {
    return name === 'withContext' || name in client
  }

  get(client: object, name: PropertyKey, receiver: unknown): unknown {
    if (name === 'withContext') {
      return (source: unknown) =>
        new View(client, this.#sdkCallTool, this.#earlier, withSource(this.#context, source), this.#tools).proxy
    }
    if (name === VIEW) return this
    const member = (client as Readonly<Record<PropertyKey, unknown>>)[name]
    if (typeof member !== 'function') return wrapNestedClient(client, name, member, receiver)
    const method = member as Method
    // `callTool` is called most.
    if (name === 'callTool' && this.#context.fields !== undefined) return this.#callingTool(client, method)
    const behavior = METHOD_BEHAVIOR.get(name)
    if (behavior === undefined) return method
    if (behavior === 'sends') return (...args: [OutgoingMessage]) => sendMessage(this.#callOf(method, args, args[0]))
    if (behavior === 'on the client') return (...args: unknown[]) => outsideRequests(() => method.apply(client, args))
    if (this.#contexts().every(isEmpty)) return method
    if (behavior === 'calls a tool') return this.#callingTool(client, method)
    if (behavior === 'listens') return (...args: unknown[]) => callListen(this.#callOf(method, args, LISTEN))
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
  #callingTool(client: object, callTool: Method): Method {
    const view = this
    return function (...args) {
      const isStatic = view.#context.sources.length === 0 && view.#earlier.length === 0
      // A wrapper around the view must see the call to `request`. A subclass's `callTool` may call other methods.
      const isSdkMethod = callTool === view.#sdkCallTool
      if (isStatic && isSdkMethod && this === view.proxy) return view.#callSdkTool(client, callTool, args)
      return callTool.apply(withToolCache(this as object, view, isSdkMethod), args)
    }
  }

  #callSdkTool(client: object, callTool: Method, given: unknown[]): unknown {
    const args = given.length > 1 ? bindCallbacks(given) : given
    const params = args[0] as OutgoingParams
    const { key } = this.#context.definition
    let encoded: MaybePromise<RequestContext>
    try {
      if (params?._meta !== undefined) assertNoContext('tools/call', params, key)
      encoded = encodeStatic(this.#context, client)
    } catch (error) {
      return Promise.reject(error)
    }
    if (!(encoded instanceof Promise)) return this.#sendTool(client, callTool, args, encoded)
    return this.#callOf(callTool, args, CALL).wait(encoded, (context, rest) =>
      this.#sendTool(client, callTool, rest, context),
    )
  }

  #sendTool(client: object, callTool: Method, args: unknown[], context: RequestContext): unknown {
    args[0] = attachContexts(args[0] as OutgoingParams, { [this.#context.definition.key]: context })
    if ('getProtocolEra' in client) return callTool.apply(withToolCache(client, this, true), args)
    return callTool.apply((this.#tools && this.tools?.store) ?? client, args)
  }

  #callOf(method: Method, args: readonly unknown[], message: OutgoingMessage): OutgoingCall {
    return new OutgoingCall(this.#contexts(), this.#client, method, bindCallbacks(args), message)
  }

  /** What this view knows of the tools. */
  get tools(): ToolMetadata | undefined {
    if (this.#tools?.isStale()) this.#tools = undefined
    return this.#tools
  }
}
