import { type DecodedContext, decodeContext } from '../codec/codec.js'
import type { AnyDefinition } from '../definition/types.js'
import { type ContextRejection, rejectionError, rejectMissing } from '../errors/rejection.js'
import { getOwn } from '../shared/get-own.js'
import type { MaybePromise } from '../shared/maybe-promise.js'
import { sharedEntry } from '../shared/registry.js'
import { CANCELLED, HEADER_MISMATCH, INTERNAL_ERROR, INVALID_PARAMS, isContextFree } from '../wire/constants.js'
import { intercept, type Receiver } from './intercept.js'
import { addPolicy, isRequired, type Policy } from './policy.js'
import { applyHeaderPolicies } from './request-headers.js'
import { createScope, type RequestScope, scopes } from './scope.js'
import { abortInScope } from './sdk-internals.js'
import type { ContextCapableTransport, IncomingMessage, MessageExtra, RequestId } from './types.js'

type Rejection = ContextRejection | undefined
type MessageScope = RequestScope & { readonly message: IncomingMessage }

/** A transport has one middleware, whichever copy of this package put it there. */
const middlewares = /* @__PURE__ */ sharedEntry('middlewares', () => new WeakMap<object, Middleware>())

/** The middleware of a transport. It is made, and put between the transport and its receiver, when there is none. */
export function middlewareOf(transport: ContextCapableTransport): Middleware {
  const middleware = middlewares.get(transport) ?? new Middleware(transport)
  middlewares.set(transport, middleware)
  return middleware
}

/** Stands between a transport and its receiver. It answers rejected requests, and opens the scope of every other message. */
export class Middleware {
  /** The server that the transport is connected to, where `installContext` knows it. */
  server: object | undefined
  readonly #transport: ContextCapableTransport
  readonly #policies: Policy[] = []
  #definitions: readonly AnyDefinition[] = []
  /** Whether a definition binds a field to a header, or requires headers. Without one, no header is read. */
  #readsHeaders = false
  /** What waits for an asynchronous schema. What is cancelled or cut off meanwhile is not here. */
  readonly #waiting = new Set<MessageScope>()

  constructor(transport: ContextCapableTransport) {
    this.#transport = transport
    intercept(
      transport,
      'onmessage',
      (receiver) =>
        receiver && ((message, extra) => this.#receive(message, extra as MessageExtra | undefined, receiver)),
    )
    intercept(transport, 'onclose', (onclose) => () => {
      this.#waiting.clear()
      this.disconnect(() => onclose?.())
    })
    // So that it can be read where a transport lets it be written alone.
    intercept(transport, 'onerror', (onerror) => onerror)
  }

  /** Adds policies, as {@link addPolicy} does. What a server advertises makes no difference here. */
  addPolicies(policies: readonly Policy[]): void {
    for (const policy of policies) addPolicy(this.#policies, { ...policy, advertise: undefined })
    this.#definitions = this.#policies.map(({ definition }) => definition)
    this.#readsHeaders = this.#policies.some(({ definition, http }) => http.required || definition.headers.length > 0)
  }

  /** Hands the message of a scope to the receiver. */
  deliver(scope: MessageScope, receiver: Receiver, within: RequestScope = scope): void {
    scopes.run(within, receiver, scope.message, scope.extra)
    abortInScope(this.server, scope)
  }

  /** Tells the receiver that the connection is closed. */
  disconnect = (onclose: () => void): void => onclose()

  #receive(received: unknown, extra: MessageExtra | undefined, receiver: Receiver): void {
    const active = scopes.getStore()
    // A response has no method and no context. A message that passed here already is in its scope.
    const isOpen = active?.middleware === this && active.message === received
    if (isOpen || typeof getOwn(received, 'method') !== 'string') {
      receiver(received, extra)
      return
    }
    const original = received as IncomingMessage
    let rejection: MaybePromise<Rejection>
    const message = this.#readsHeaders
      ? applyHeaderPolicies(original, extra, this.#policies, (found) => {
          rejection ??= this.#reject(original, found)
        })
      : original
    // Of its final length: V8 gives an array that grows room for 17 items.
    const contexts = new Array(this.#definitions.length)
    const scope = createScope(message, getOwn(message.params, '_meta'), extra, this.#definitions, contexts, this)
    try {
      rejection ??= this.#checkContexts(scope, original)
    } catch (error) {
      this.#fail(message, error)
      return
    }
    if (rejection instanceof Promise) void this.#wait(rejection, scope, receiver)
    else this.#proceed(rejection, scope, receiver)
  }

  async #wait(pending: Promise<Rejection>, scope: MessageScope, receiver: Receiver): Promise<void> {
    this.#waiting.add(scope)
    try {
      const rejection = await pending
      if (this.#waiting.delete(scope)) this.#proceed(rejection, scope, receiver)
    } catch (error) {
      // The transport called long ago and can no longer catch what the receiver throws.
      if (this.#waiting.delete(scope)) this.#fail(scope.message, error)
      else this.#report(error)
    }
  }

  #proceed(rejection: Rejection, scope: MessageScope, receiver: Receiver): void {
    const { id, method, params } = scope.message
    if (rejection !== undefined) {
      const { reason, message, data } = rejection
      void this.#answer(id, { code: reason === 'mismatch' ? HEADER_MISMATCH : INVALID_PARAMS, message, data })
      return
    }
    if (method === CANCELLED) this.#cancel(getOwn(params, 'requestId'))
    this.deliver(scope, receiver)
  }

  /** A peer can send an id twice: both requests are handled, and both are cancelled. */
  #cancel(requestId: unknown): void {
    if (requestId === undefined) return
    for (const scope of this.#waiting) if (scope.message.id === requestId) this.#waiting.delete(scope)
  }

  /** Checks the context of each definition, from one on, and puts it into the scope, until one is rejected. */
  #checkContexts(scope: MessageScope, original: IncomingMessage, index = 0): MaybePromise<Rejection> {
    const policy = this.#policies[index]
    if (policy === undefined) return undefined
    const { definition } = policy
    const { id, method } = original
    const raw = getOwn(scope.meta, definition.key)
    if (raw === undefined) {
      if (id !== undefined && isRequired(policy, scope.message)) return rejectMissing(definition)
      return this.#checkContexts(scope, original, index + 1)
    }
    const decoded = decodeContext(definition, raw)
    const take = (decoded: DecodedContext<unknown>): MaybePromise<Rejection> => {
      if (decoded.ok) scope.contexts[index] = decoded.context
      // A gateway sets its headers on the handshake too. A context of headers alone may be incomplete there (RC-043).
      else if (!isContextFree(method) || getOwn(getOwn(original.params, '_meta'), definition.key) !== undefined) {
        const rejection = this.#reject(original, decoded.rejection)
        if (rejection !== undefined) return rejection
      }
      return this.#checkContexts(scope, original, index + 1)
    }
    return decoded instanceof Promise ? decoded.then(take) : take(decoded)
  }

  /** A notification cannot be answered. It is handled without the context, and `onerror` is told (RC-029). */
  #reject({ id }: IncomingMessage, rejection: ContextRejection): Rejection {
    if (id !== undefined) return rejection
    this.#report(rejectionError(rejection))
    return undefined
  }

  /** A `required` function of the server threw. The request is not handled, and the peer learns no more than that. */
  #fail({ id }: IncomingMessage, error: unknown): void {
    this.#report(error)
    if (id !== undefined) void this.#answer(id, { code: INTERNAL_ERROR, message: 'Internal error' })
  }

  async #answer(id: RequestId | undefined, error: object): Promise<void> {
    try {
      await this.#transport.send({ jsonrpc: '2.0', id, error })
    } catch (failure) {
      this.#report(failure)
    }
  }

  #report(error: unknown): void {
    this.#transport.onerror?.(error instanceof Error ? error : new Error(String(error)))
  }
}
