import { HEADER_MISMATCH, INTERNAL_ERROR, INVALID_PARAMS } from '../core/constants.js'
import type { AnyDefinition } from '../core/context-definition.js'
import { andThen, isPromise, type MaybePromise } from '../core/maybe-promise.js'
import { own } from '../core/own.js'
import { refusal } from '../core/problem.js'
import type { MessageExtra } from './http-request.js'
import { type Incoming, type Problem, type RequestId, withHeaders } from './incoming.js'
import { addPolicy, neverNeeds, type Policy } from './policy.js'
import { RequestScope, scopes } from './scope.js'
import type { ContextCapableTransport } from './transport.js'

type Receiver = (message: unknown, extra?: unknown) => void

/** A transport has one gate, whichever copy of this package put it there. */
const GATE = Symbol.for('mcp-request-context/gate@1')

/** The gate of a transport; made, and put between the transport and whoever receives from it, when there is none. */
export function gateOf(transport: ContextCapableTransport): Gate {
  const gated = transport as ContextCapableTransport & { [GATE]?: Gate }
  if (gated[GATE] === undefined) {
    Object.defineProperty(transport, GATE, { value: new Gate(transport), configurable: true })
  }
  return gated[GATE] as Gate
}

/** Stands between a transport and its receiver: answers what is refused, and opens the scope of what is admitted. */
class Gate {
  readonly #transport: ContextCapableTransport
  readonly #policies: Policy[] = []
  readonly #definitions: AnyDefinition[] = []
  /** Requests whose asynchronous schema is at work: one that is cancelled or cut off meanwhile is not handled. */
  readonly #waiting = new Map<RequestId, RequestScope>()
  #guarded: Receiver | undefined

  constructor(transport: ContextCapableTransport) {
    this.#transport = transport
    this.#guardAtStart()
    this.#guard()
  }

  /**
   * Adds policies; a definition that is here already stays as it is.
   *
   * @throws ContextError `invalid_definition` for a definition that is here with other options
   */
  admit(policies: readonly Policy[]): void {
    for (const policy of policies) {
      addPolicy(this.#policies, policy)
      if (!this.#definitions.includes(policy.definition)) this.#definitions.push(policy.definition)
    }
  }

  /** A receiver sets `onmessage`, then calls `start()`. What replaces `start` later, as SDK 2.x does, passes here too. */
  #guardAtStart(): void {
    const transport = this.#transport
    const original = transport.start
    let inner = original
    const start = (): Promise<void> => {
      this.#guard()
      return inner.call(transport)
    }
    Object.defineProperty(transport, 'start', {
      configurable: true,
      enumerable: false,
      get: () => start,
      set: (replacement: typeof start) => {
        inner = replacement === start ? original : replacement
      },
    })
  }

  #guard(): void {
    const { onmessage, onclose } = this.#transport
    if (onmessage === undefined || onmessage === this.#guarded) return
    this.#guarded = (message, extra) => this.#receive(message, extra, onmessage)
    this.#transport.onmessage = this.#guarded
    this.#transport.onclose = () => {
      this.#waiting.clear()
      onclose?.()
    }
  }

  #receive(message: unknown, extra: unknown, receive: Receiver): void {
    // A response has no method and no context. A message that passed here already is in its scope.
    const around = scopes.getStore()
    if (typeof own(message, 'method') !== 'string' || (around?.gate === this && around.message === message)) {
      receive(message, extra)
      return
    }
    const told = extra as MessageExtra | undefined
    const { incoming, problem: contradiction } = withHeaders(message as Incoming, told, this.#policies, (refused) =>
      this.#transport.onerror?.(refusal(refused)),
    )
    const scope = new RequestScope(incoming, own(incoming.params, '_meta'), told, this.#definitions, this)
    const sent = own((message as Incoming).params, '_meta')
    let problem: MaybePromise<Problem>
    try {
      problem = contradiction ?? this.#admit(incoming, scope, sent)
    } catch (error) {
      this.#fail(incoming, error)
      return
    }
    if (isPromise(problem)) void this.#waitFor(problem, incoming, scope, receive)
    else this.#settle(problem, incoming, scope, receive)
  }

  async #waitFor(pending: Promise<Problem>, message: Incoming, scope: RequestScope, receive: Receiver): Promise<void> {
    const { id } = message
    if (id !== undefined) this.#waiting.set(id, scope)
    let problem: Problem
    try {
      problem = await pending
    } catch (error) {
      this.#waiting.delete(id as RequestId)
      this.#fail(message, error)
      return
    }
    if (id !== undefined) {
      if (this.#waiting.get(id) !== scope) return
      this.#waiting.delete(id)
    }
    try {
      this.#settle(problem, message, scope, receive)
    } catch (error) {
      // The receiver threw: a transport that calls it at once would get that; here it has moved on.
      this.#report(error)
    }
  }

  #settle(problem: Problem, message: Incoming, scope: RequestScope, receive: Receiver): void {
    if (problem !== undefined) {
      const { message: text, data, reason } = problem
      void this.#answer(message, {
        code: reason === 'mismatch' ? HEADER_MISMATCH : INVALID_PARAMS,
        message: text,
        data,
      })
      return
    }
    if (message.method === 'notifications/cancelled') {
      this.#waiting.delete(own(message.params, 'requestId') as RequestId)
    }
    scopes.run(scope, receive, message, scope.extra)
  }

  /**
   * Puts a message's contexts into its scope. The answer is the problem that a request is refused for.
   *
   * @param sent its `_meta` before anything was taken from headers
   */
  #admit(message: Incoming, scope: RequestScope, sent: unknown, from = 0): MaybePromise<Problem> {
    for (let index = from; index < this.#policies.length; index++) {
      const admission = this.#admitOne(this.#policies[index] as Policy, message, scope, sent)
      if (isPromise(admission)) {
        return admission.then((problem) => problem ?? this.#admit(message, scope, sent, index + 1))
      }
      if (admission !== undefined) return admission
    }
    return undefined
  }

  #admitOne(policy: Policy, message: Incoming, scope: RequestScope, sent: unknown): MaybePromise<Problem> {
    const { definition, codec } = policy
    const raw = own(scope.meta, definition.key)
    if (raw === undefined) {
      return message.id !== undefined && policy.requires(message) ? codec.missing(definition) : undefined
    }
    return andThen(codec.decode(definition, raw), (decoded) => {
      if (decoded.ok) {
        scope.set(definition, decoded.context as object)
        return undefined
      }
      // A gateway sets its headers on the handshake too: alone they need not come to a context there (spec RC-043).
      const lifted = own(sent, definition.key) === undefined && neverNeeds(message.method)
      if (message.id !== undefined && !lifted) return decoded.problem
      // A notification cannot be answered: it is handled without this context.
      scope.set(definition, null)
      if (!lifted) this.#transport.onerror?.(refusal(decoded.problem))
      return undefined
    })
  }

  /** The server's own `required` function threw: the request is not handled, and its peer is told no more than that. */
  #fail(message: Incoming, error: unknown): void {
    this.#report(error)
    if (message.id !== undefined) void this.#answer(message, { code: INTERNAL_ERROR, message: 'Internal error' })
  }

  async #answer({ id }: Incoming, error: object): Promise<void> {
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
