// Everything of the SDKs' servers that is not public API and that this package depends on. Read in
// @modelcontextprotocol/sdk 1.15.0 to 1.32.2 and @modelcontextprotocol/server 2.0.0 to 2.4.0. The tests in
// test/server/sdk-internals.integration.test.ts fail when a member is no longer there.
import { getOwn } from '../shared/get-own.js'
import { CANCELLED } from '../wire/constants.js'
import type { Receiver } from './intercept.js'
import { checkedBefore, type RequestScope, scopes } from './scope.js'
import type { ContextCapableTransport, IncomingMessage, RequestId } from './types.js'

/** A `Server` or a `Client`, as far as it keeps what aborts the signals of its handlers. */
interface SdkProtocol {
  readonly _requestHandlerAbortControllers?: ReadonlyMap<unknown, AbortController>
}

/**
 * Makes the signal of a handler abort in the scope of its own request. An SDK aborts it in the scope of whatever ends the
 * request: a notification, another request, or nothing at all. Listeners of the signal could not read their context there.
 *
 * @param server what the message was just handed to, where it is known
 */
export function abortInScope(server: object | undefined, scope: RequestScope): void {
  const controller = (server as SdkProtocol | undefined)?._requestHandlerAbortControllers?.get(scope.message?.id)
  // A peer can send an id twice. The second request must not take over what aborts the first one.
  if (controller === undefined || Object.hasOwn(controller, 'abort')) return
  const { abort } = controller
  controller.abort = (reason) => scopes.run(scope, () => abort.call(controller, reason))
}

/** What stands between the transport and the SDK, as far as it is changed here. */
interface Delivering {
  readonly server: object | undefined
  deliver(scope: RequestScope & { message: IncomingMessage }, receiver: Receiver, within?: RequestScope): void
  disconnect(onclose: () => void): void
}

interface OpenRequest {
  readonly scope: RequestScope
  readonly receiver: Receiver
}

/**
 * Makes the signals of handlers abort in the scope of their own request, where the transport is known and the server is
 * not. A cancellation is received in the scope of the request that it is about. When the connection ends, each request
 * that is still open is cancelled first, in its own scope.
 */
export function trackRequests(transport: ContextCapableTransport, middleware: Delivering): void {
  const { deliver } = middleware
  if (Object.hasOwn(middleware, 'deliver')) return
  const open = new Map<unknown, OpenRequest>()
  middleware.deliver = (scope, receiver) => {
    const { id, method, params } = scope.message
    if (!checkedBefore.has(scope.message)) checkedBefore.set(scope.message, scope)
    if (id !== undefined) open.set(id, { scope, receiver })
    const cancelled = method === CANCELLED ? getOwn(params, 'requestId') : undefined
    const within = open.get(cancelled)?.scope
    open.delete(cancelled)
    deliver.call(middleware, scope, receiver, within)
  }
  middleware.disconnect = (onclose) => {
    const requests = [...open]
    open.clear()
    if (requests.length === 0 || middleware.server !== undefined) return onclose()
    try {
      for (const [requestId, { scope, receiver }] of requests) {
        scopes.run(scope, receiver, { jsonrpc: '2.0', method: CANCELLED, params: { requestId } })
      }
    } finally {
      // Both SDKs cancel in a microtask. What is still open after it, because SDK 1.x takes no such id, ends in `onclose`.
      const left = requests.find(([id]) => !id)?.[1].scope
      queueMicrotask(() => scopes.run(left, onclose))
    }
  }
  const { send } = transport
  const value = function (this: unknown, message: { id?: RequestId; method?: string }, ...rest: [unknown?]) {
    if (message?.method === undefined) open.delete(message?.id)
    return send.call(transport, message, ...rest)
  }
  Object.defineProperty(transport, 'send', { value, configurable: true, writable: true })
}
