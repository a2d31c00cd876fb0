import { assertSupported } from '../capabilities/supported-contexts.js'
import { attachContext, detachContext, type OutgoingMessage } from '../codec/attach-context.js'
import { encodeContext } from '../codec/codec.js'
import { cloneJson, copyContext } from '../codec/copy-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import type { RequestContext } from '../wire/types.generated.js'
import type { Refresh } from './sdk-internals.js'
import { addSource, askSources, type Fields, type Sources } from './sources.js'

/** The context of one definition, as a view sends it. It never changes: `with` makes a new one. */
export class ViewContext {
  readonly definition: AnyDefinition
  /** Whether no context was ever set. Messages are then sent as they are. */
  readonly isEmpty: boolean
  /** Whether a source function is called for each request. Of two sources, one is always a function. */
  readonly isDynamic: boolean
  readonly #requireSupport: boolean
  readonly #sources: Sources
  /** Whether the schema has accepted the static fields. They never change, so they are validated once. */
  #isValid = false
  /** Their encoded form, from the second request on: a view that is made for one request never needs it. */
  #encoded: RequestContext | undefined

  constructor(definition: AnyDefinition, requireSupport: boolean, sources: Sources) {
    this.definition = definition
    this.isEmpty = sources.length === 0
    this.isDynamic = sources.length > 1 || typeof sources[0] === 'function'
    this.#requireSupport = requireSupport
    this.#sources = sources
  }

  /**
   * The same with one more source.
   *
   * @throws ContextError `invalid` for a source that is neither an object nor a function
   */
  with(source: unknown): ViewContext {
    return new ViewContext(
      this.definition,
      this.#requireSupport,
      addSource(this.#sources, source, this.definition.limits),
    )
  }

  /**
   * The encoded context of one request: a new object each time, because an in-memory transport hands it to the receiver.
   *
   * @param client its peer must support the context, if support is required
   * @param signal the caller waits no longer than this
   * @returns `undefined` where the message carries no context; a promise when a source or the schema is asynchronous
   * @throws what a source throws; ContextError as `encodeContext` does, and `unsupported`
   */
  encode(
    client: object,
    message: OutgoingMessage,
    signal: AbortSignal | undefined,
  ): MaybePromise<RequestContext | undefined> {
    // Messages about the connection itself carry no context (RC-016).
    const isHandshake = message.method === 'initialize' || message.method === 'notifications/initialized'
    if (this.isEmpty || isHandshake) return undefined
    if (this.#isValid) {
      if (this.#requireSupport) assertSupported(client, this.definition.key)
      this.#encoded ??= copyContext(this.#sources[0], this.definition.limits).copy
      return cloneJson(this.#encoded)
    }
    const { method, params } = message
    const context = this.isDynamic
      ? andThen(askSources(this.#sources, { method, params, signal }), (fields) => this.#encodeFields(client, fields))
      : this.#encodeFields(client, this.#sources[0] as Fields)
    if (context instanceof Promise) return untilAborted(context, signal)
    this.#isValid = !this.isDynamic && context !== undefined
    return context
  }

  #encodeFields(client: object, fields: Fields): MaybePromise<RequestContext | undefined> {
    for (const name in fields) {
      if (fields[name] === undefined) continue
      if (this.#requireSupport) assertSupported(client, this.definition.key)
      return encodeContext(this.definition, fields)
    }
    return undefined
  }
}

/**
 * Attaches the contexts of a view to a message. In the same tick, when no source and no schema is asynchronous.
 *
 * @throws what `encode` throws; ContextError `conflict` when the message already has an entry under a context key
 */
export function attachContexts(
  contexts: readonly ViewContext[],
  client: object,
  message: OutgoingMessage,
  signal: AbortSignal | undefined,
): MaybePromise<OutgoingMessage> {
  return writeContexts(contexts, client, message, signal, message, false)
}

/**
 * How a message is made anew before the SDK sends it again: source functions are called again, and static fields are still
 * in it (RC-021).
 *
 * @returns `undefined` where no context has a source function
 */
export function refreshing(
  contexts: readonly ViewContext[],
  client: object,
  original: OutgoingMessage,
  signal: AbortSignal | undefined,
): Refresh | undefined {
  for (const { isDynamic } of contexts) {
    if (isDynamic) return (message) => writeContexts(contexts, client, original, signal, message, true)
  }
  return undefined
}

/**
 * @param original the message as source functions are told of it
 * @param isAnew whether `message` has the contexts already, and only the dynamic ones are replaced
 */
function writeContexts(
  contexts: readonly ViewContext[],
  client: object,
  original: OutgoingMessage,
  signal: AbortSignal | undefined,
  message: OutgoingMessage,
  isAnew: boolean,
  from = 0,
): MaybePromise<OutgoingMessage> {
  let written = message
  for (let index = from; index < contexts.length; index++) {
    const context = contexts[index] as ViewContext
    if (isAnew && !context.isDynamic) continue
    const { key } = context.definition
    const target = isAnew ? detachContext(written, key) : written
    const encoded = context.encode(client, original, signal)
    if (encoded instanceof Promise) {
      return encoded.then((settled) =>
        writeContexts(contexts, client, original, signal, attachContext(target, key, settled), isAnew, index + 1),
      )
    }
    written = attachContext(target, key, encoded)
  }
  return written
}

/** Waits for a source or a schema no longer than the caller does. */
function untilAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return pending
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
