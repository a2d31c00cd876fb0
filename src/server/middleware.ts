import { type DecodedContext, decodeContext } from '../codec/codec.js'
import type { AnyDefinition } from '../definition/types.js'
import { type ContextRejection, rejectionError, rejectMissing } from '../errors/rejection.js'
import { getOwn } from '../shared/get-own.js'
import type { MaybePromise } from '../shared/maybe-promise.js'
import { sharedSymbol } from '../shared/registry.js'
import { CANCELLED, HEADER_MISMATCH, INTERNAL_ERROR, INVALID_PARAMS, isContextFree } from '../wire/constants.js'
import { intercept, type Receiver } from './intercept.js'
import { addPolicy, type Policy } from './policy.js'
import { applyHeaderPolicies } from './request-headers.js'
import { RequestScope, scopes } from './scope.js'
import { abortInScope } from './sdk-internals.js'
import type { ContextCapableTransport, IncomingMessage, MessageExtra } from './types.js'

type Rejection = ContextRejection | undefined
type MessageScope = RequestScope & { readonly message: IncomingMessage }

/** A transport has one middleware, whichever copy of this package put it there. */
const MIDDLEWARE: unique symbol = /* @__PURE__ */ sharedSymbol('middleware') as never

/** The middleware of a transport. It is made, and put between the transport and its receiver, when there is none. */
export function middlewareOf(transport: ContextCapableTransport): Middleware {
  const found = (transport as { [MIDDLEWARE]?: Middleware })[MIDDLEWARE]
  if (found !== undefined) return found
  const middleware = new Middleware(transport)
  Object.defineProperty(transport, MIDDLEWARE, { value: middleware, configurable: true })
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
  /** How many requests wait for an asynchronous schema, by their id. What is cancelled or cut off meanwhile is not here. */
  readonly #waiting = new Map<unknown, { count: number }>()

  constructor(transport: ContextCapableTransport) {
    this.#transport = transport
    intercept(
      transport,
      (receiver) => (message, extra) => this.#receive(message, extra as MessageExtra | undefined, receiver),
      (onclose) => {
        this.#waiting.clear()
        this.disconnect(onclose)
      },
    )
  }

  /** Adds policies, as {@link addPolicy} does. */
  addPolicies(policies: readonly Policy[]): void {
    for (const policy of policies) addPolicy(this.#policies, policy)
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
    let message = original
    let rejection: MaybePromise<Rejection>
    if (this.#readsHeaders) {
      const applied = applyHeaderPolicies(original, extra, this.#policies, (error) =>
        this.#report(rejectionError(error)),
      )
      message = applied.message
      rejection = applied.rejection
    }
    const scope = new RequestScope(
      message,
      getOwn(message.params, '_meta'),
      extra,
      this.#definitions,
      this,
    ) as MessageScope
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
    // A peer can send an id twice: both requests are handled. A notification has none.
    const key = scope.message.id ?? scope
    const waiting = this.#waiting.get(key) ?? { count: 0 }
    waiting.count++
    this.#waiting.set(key, waiting)
    const proceed = await pending.then(
      (rejection) => () => this.#proceed(rejection, scope, receiver),
      (error: unknown) => () => this.#fail(scope.message, error),
    )
    if (this.#waiting.get(key) !== waiting) return
    if (--waiting.count === 0) this.#waiting.delete(key)
    try {
      proceed()
    } catch (error) {
      // The transport called long ago and can no longer catch what the receiver throws.
      this.#report(error)
    }
  }

  #proceed(rejection: Rejection, scope: MessageScope, receiver: Receiver): void {
    const { message } = scope
    if (rejection !== undefined) {
      const code = rejection.reason === 'mismatch' ? HEADER_MISMATCH : INVALID_PARAMS
      void this.#answer(message, { code, message: rejection.message, data: rejection.data })
      return
    }
    if (message.method === CANCELLED) this.#waiting.delete(getOwn(message.params, 'requestId'))
    this.deliver(scope, receiver)
  }

  /** Checks the context of each definition, and puts it into the scope, until one is rejected. */
  #checkContexts(scope: MessageScope, original: IncomingMessage, from = 0): MaybePromise<Rejection> {
    const { message } = scope
    for (let index = from; index < this.#policies.length; index++) {
      const { definition, requires } = this.#policies[index] as Policy
      const raw = getOwn(scope.meta, definition.key)
      if (raw === undefined) {
        if (message.id !== undefined && requires(message)) return rejectMissing(definition)
        continue
      }
      const decoded = decodeContext(definition, raw)
      if (decoded instanceof Promise) {
        return decoded.then(
          (settled) =>
            this.#enter(definition, settled, scope, original) ?? this.#checkContexts(scope, original, index + 1),
        )
      }
      const rejection = this.#enter(definition, decoded, scope, original)
      if (rejection !== undefined) return rejection
    }
    return undefined
  }

  /** Puts a decoded context into the scope, or returns its rejection where the message can be answered with it. */
  #enter(
    definition: AnyDefinition,
    decoded: DecodedContext<unknown>,
    scope: MessageScope,
    original: IncomingMessage,
  ): Rejection {
    if (decoded.ok) {
      scope.set(definition, decoded.context as object)
      return undefined
    }
    // A gateway sets its headers on the handshake too. A context of headers alone may be incomplete there (RC-043).
    const isLifted = getOwn(getOwn(original.params, '_meta'), definition.key) === undefined
    const isIgnored = isLifted && isContextFree(original.method)
    if (original.id !== undefined && !isIgnored) return decoded.rejection
    // A notification cannot be answered. It is handled without this context (RC-029).
    scope.set(definition, null)
    if (!isIgnored) this.#report(rejectionError(decoded.rejection))
    return undefined
  }

  /** A `required` function of the server threw. The request is not handled, and the peer learns no more than that. */
  #fail(message: IncomingMessage, error: unknown): void {
    this.#report(error)
    if (message.id !== undefined) void this.#answer(message, { code: INTERNAL_ERROR, message: 'Internal error' })
  }

  async #answer({ id }: IncomingMessage, error: object): Promise<void> {
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
