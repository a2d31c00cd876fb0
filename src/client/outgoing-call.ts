import { assertNoContext, type Contexts, type OutgoingMessage } from '../codec/attach-context.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import { type Method, requestWithoutAnswer } from './sdk-internals.js'
import { encodeFor, isEmpty, type ViewContext } from './view-context.js'

/** The options that end a call, in either SDK major. */
interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** In milliseconds, as `maxTotalTimeout`. */
  readonly timeout?: number | undefined
  readonly maxTotalTimeout?: number | undefined
  readonly resetTimeoutOnProgress?: boolean | undefined
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
  #isOver = false

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
    const call = this
    const request = {
      method,
      params,
      get signal() {
        return call.#ended.signal
      },
    }
    const given = contexts.filter((context) => !isEmpty(context))
    for (const { definition } of given) assertNoContext(method, params, definition.key)
    let encoded = {} as MaybePromise<Contexts>
    for (const context of given) {
      encoded = andThen(encoded, (others) => {
        // A call that has ended meanwhile asks no further source.
        this.#controller?.signal.throwIfAborted()
        const entry = encodeFor(context, client, request)
        return andThen(entry, (own) => ({ ...others, [context.definition.key]: own }))
      })
    }
    return encoded
  }

  /** Waits for a source or a schema no longer than the call lasts. What comes later is not sent. */
  async wait<T, R>(pending: Promise<T>, send: (value: T, args: unknown[]) => R): Promise<Awaited<R>> {
    const { signal } = this.#options
    const done = new AbortController()
    const abort = () => this.#ended.abort(signal?.reason)
    signal?.addEventListener('abort', abort)
    let value: T
    try {
      value = await Promise.race([pending, this.#unanswered(done.signal)])
    } catch (error) {
      this.#ended.abort(error)
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      done.abort()
    }
    if (this.#isOver) throw new Error('The call is over')
    return await send(value, this.#argsInTime())
  }

  /** What still waits when the call has its result is not sent any more. */
  endWith(result: unknown): void {
    const end = () => {
      this.#isOver = true
    }
    Promise.resolve(result).then(end, end)
  }

  /** Ends as the SDK's own request would that gets no answer. */
  #unanswered(done: AbortSignal): Promise<never> {
    const signal = AbortSignal.any([this.#ended.signal, done])
    return requestWithoutAnswer(this.client, this.message.method, { ...this.#timeLeft(), signal })
  }

  /** The arguments, with the time that is left. */
  #argsInTime(): unknown[] {
    const args = [...this.args]
    const timeLeft = this.#timeLeft()
    if (Object.keys(timeLeft).length > 0) args[args[2] === undefined ? 1 : 2] = { ...this.#options, ...timeLeft }
    return args
  }

  /** The options that are times, less what the call has taken until now. */
  #timeLeft(): CallOptions {
    const { timeout, maxTotalTimeout, resetTimeoutOnProgress } = this.#options
    const taken = Math.round(performance.now() - this.#started)
    return {
      // Each progress would set this time anew.
      ...(timeout !== undefined && { timeout: resetTimeoutOnProgress ? timeout : timeout - taken }),
      ...(maxTotalTimeout !== undefined && { maxTotalTimeout: maxTotalTimeout - taken }),
    }
  }
}
