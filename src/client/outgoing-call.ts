import { assertNoContext, type Contexts, type OutgoingMessage } from '../codec/attach-context.js'
import { andThen, type MaybePromise, mapAll } from '../shared/maybe-promise.js'
import type { RequestContext } from '../wire/types.generated.js'
import type { Method } from './overlay.js'
import { requestWithoutAnswer } from './sdk-internals.js'
import type { ContextRequest } from './sources.js'
import { encodeFor, isEmpty, type ViewContext } from './view-context.js'

/** The options that end a call, in either SDK major. */
interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** In milliseconds. */
  readonly timeout?: number | undefined
  readonly resetTimeoutOnProgress?: boolean | undefined
}

/** A request as its sources are told of it. Its signal is made when one asks for it: on Node 20 that takes 4 us. */
class SourceRequest implements ContextRequest {
  readonly #signal: () => AbortSignal

  constructor(
    readonly method: string,
    readonly params: unknown,
    signal: () => AbortSignal,
  ) {
    this.#signal = signal
  }

  get signal(): AbortSignal {
    return this.#signal()
  }
}

/** A call of a client's method that sends a message with the contexts of a view. */
export class OutgoingCall {
  readonly contexts: readonly ViewContext[]
  /** The client itself: message ids are counted there. */
  readonly client: object
  readonly method: Method
  readonly args: readonly unknown[]
  /** The message, as source functions are told of it. */
  readonly message: OutgoingMessage
  readonly #started = performance.now()
  #controller: AbortController | undefined

  constructor(
    contexts: readonly ViewContext[],
    client: object,
    method: Method,
    args: readonly unknown[],
    message: OutgoingMessage,
  ) {
    this.contexts = contexts
    this.client = client
    this.method = method
    this.args = args
    this.message = message
  }

  /** The options come last, after a schema or without one. */
  get #options(): CallOptions {
    return (this.args[2] ?? this.args[1] ?? {}) as CallOptions
  }

  /** Aborts when the call ends while it waits. */
  get #ended(): AbortController {
    this.#controller ??= new AbortController()
    return this.#controller
  }

  /**
   * Encodes contexts, and sends the message with them: in the same tick, when no source and no schema is asynchronous.
   *
   * @param send gets the contexts, and the arguments with the time that is left
   */
  encodeAndSend<T>(contexts: readonly ViewContext[], send: (encoded: Contexts, args: unknown[]) => T): T | Promise<T> {
    const { signal } = this.#options
    if (signal?.aborted) return this.#unanswered(signal)
    let encoded: MaybePromise<Contexts>
    try {
      encoded = this.#encode(contexts)
    } catch (error) {
      return Promise.reject(error)
    }
    return encoded instanceof Promise ? this.wait(encoded, send) : send(encoded, [...this.args])
  }

  /** @throws what the sources and the schemas throw; ContextError `conflict` when the message has such an entry (RC-023) */
  #encode(contexts: readonly ViewContext[]): MaybePromise<Contexts> {
    const { client, message } = this
    const { method, params } = message
    const request = new SourceRequest(method, params, () => this.#ended.signal)
    const given = contexts.filter((context) => !isEmpty(context))
    for (const { definition } of given) assertNoContext(method, params, definition.key)
    return andThen(
      mapAll(given, (context) => encodeFor(context, client, request)),
      (encoded) => {
        const byKey: Record<string, RequestContext | undefined> = {}
        for (const [index, { definition }] of given.entries()) byKey[definition.key] = encoded[index]
        return byKey
      },
    )
  }

  /** Waits for a source or a schema no longer than the call lasts. What comes later is not sent. */
  async wait<T, R>(pending: Promise<T>, send: (value: T, args: unknown[]) => R): Promise<Awaited<R>> {
    const { signal } = this.#options
    const done = new AbortController()
    // Not AbortSignal.any(): SDK 1.x leaves its listener on it, and Node then keeps such a signal for ever.
    signal?.addEventListener('abort', () => done.abort(signal.reason), { signal: done.signal })
    let value: T
    try {
      value = await Promise.race([pending, this.#unanswered(done.signal)])
    } catch (error) {
      this.#ended.abort(signal?.aborted ? signal.reason : error)
      throw error
    } finally {
      done.abort()
    }
    const args = [...this.args]
    const timeout = this.#timeLeft
    // Each progress would set a shorter time anew.
    if (timeout !== undefined && !this.#options.resetTimeoutOnProgress) {
      args[args[2] === undefined ? 1 : 2] = { ...this.#options, timeout }
    }
    return await send(value, args)
  }

  /** Ends as the SDK's own request would that gets no answer. */
  #unanswered(signal: AbortSignal): Promise<never> {
    const schema = this.contexts[0]?.definition.schema
    return requestWithoutAnswer(this.client, this.message.method, schema, { timeout: this.#timeLeft, signal })
  }

  /** In milliseconds. It is over a little before the SDK's own time, so that nothing is sent after that. */
  get #timeLeft(): number | undefined {
    const { timeout } = this.#options
    return timeout && timeout - Math.ceil(performance.now() - this.#started)
  }
}
