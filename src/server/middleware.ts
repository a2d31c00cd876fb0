import { type DecodedContext, decodeContext } from '../codec/codec.js'
import type { AnyDefinition } from '../definition/types.js'
import { type ContextRejection, rejectionError, rejectMissing } from '../errors/rejection.js'
import { getOwn } from '../shared/get-own.js'
import type { MaybePromise } from '../shared/maybe-promise.js'
import { sharedSymbol } from '../shared/registry.js'
import { HEADER_MISMATCH, INTERNAL_ERROR, INVALID_PARAMS, isContextFree } from '../wire/constants.js'
import { intercept, type Receiver } from './intercept.js'
import { addPolicy, type Policy } from './policy.js'
import { applyHeaderPolicies } from './request-headers.js'
import { RequestScope, scopes } from './scope.js'
import type { ContextCapableTransport, IncomingMessage, MessageExtra, RequestId } from './types.js'

type Rejection = ContextRejection | undefined

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
class Middleware {
  readonly #transport: ContextCapableTransport
  readonly #policies: Policy[] = []
  readonly #definitions: AnyDefinition[] = []
  /** Whether a definition binds a field to a header, or requires headers. Without one, no header is read. */
  #readsHeaders = false
  /** Requests that wait for an asynchronous schema. One that is cancelled or cut off meanwhile is not handled. */
  readonly #waiting = new Map<RequestId, RequestScope>()

  constructor(transport: ContextCapableTransport) {
    this.#transport = transport
    intercept(
      transport,
      (receiver) => (message, extra) => this.#receive(message, extra as MessageExtra | undefined, receiver),
      () => this.#waiting.clear(),
    )
  }

  /**
   * Adds policies. A definition that is here already stays as it is.
   *
   * @throws ContextError `invalid_definition` for a definition that is here with other options
   */
  addPolicies(policies: readonly Policy[]): void {
    for (const policy of policies) {
      addPolicy(this.#policies, policy)
      const { definition, http } = policy
      if (!this.#definitions.includes(definition)) this.#definitions.push(definition)
      this.#readsHeaders ||= http.required || definition.headers.length > 0
    }
  }

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
    const meta = getOwn(message.params, '_meta')
    const scope = new RequestScope(message, meta, extra, this.#definitions, this)
    try {
      rejection ??= this.#checkContexts(message, scope, original)
    } catch (error) {
      this.#fail(message, error)
      return
    }
    if (rejection instanceof Promise) void this.#wait(rejection, message, scope, receiver)
    else this.#proceed(rejection, message, scope, receiver)
  }

  async #wait(
    pending: Promise<Rejection>,
    message: IncomingMessage,
    scope: RequestScope,
    receiver: Receiver,
  ): Promise<void> {
    const { id } = message
    if (id !== undefined) this.#waiting.set(id, scope)
    const proceed = await pending.then(
      (rejection) => () => this.#proceed(rejection, message, scope, receiver),
      (error: unknown) => () => this.#fail(message, error),
    )
    if (id !== undefined) {
      if (this.#waiting.get(id) !== scope) return
      this.#waiting.delete(id)
    }
    try {
      proceed()
    } catch (error) {
      // The transport called long ago and can no longer catch what the receiver throws.
      this.#report(error)
    }
  }

  #proceed(rejection: Rejection, message: IncomingMessage, scope: RequestScope, receiver: Receiver): void {
    if (rejection !== undefined) {
      const code = rejection.reason === 'mismatch' ? HEADER_MISMATCH : INVALID_PARAMS
      void this.#answer(message, { code, message: rejection.message, data: rejection.data })
      return
    }
    if (message.method === 'notifications/cancelled') {
      this.#waiting.delete(getOwn(message.params, 'requestId') as RequestId)
    }
    scopes.run(scope, receiver, message, scope.extra)
  }

  /** Checks the context of each definition, and puts it into the scope, until one is rejected. */
  #checkContexts(
    message: IncomingMessage,
    scope: RequestScope,
    original: IncomingMessage,
    from = 0,
  ): MaybePromise<Rejection> {
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
            this.#enter(definition, settled, message, scope, original) ??
            this.#checkContexts(message, scope, original, index + 1),
        )
      }
      const rejection = this.#enter(definition, decoded, message, scope, original)
      if (rejection !== undefined) return rejection
    }
    return undefined
  }

  /** Puts a decoded context into the scope, or returns its rejection where the message can be answered with it. */
  #enter(
    definition: AnyDefinition,
    decoded: DecodedContext<unknown>,
    message: IncomingMessage,
    scope: RequestScope,
    original: IncomingMessage,
  ): Rejection {
    if (decoded.ok) {
      scope.set(definition, decoded.context as object)
      return undefined
    }
    // A gateway sets its headers on the handshake too. A context of headers alone may be incomplete there (RC-043).
    const isLifted = getOwn(getOwn(original.params, '_meta'), definition.key) === undefined
    const isIgnored = isLifted && isContextFree(message.method)
    if (message.id !== undefined && !isIgnored) return decoded.rejection
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
