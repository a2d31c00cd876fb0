import { assertNoContext, attachContexts, type Contexts, type OutgoingMessage } from '../codec/attach-context.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import { type Method, type Refresh, refreshOnRetry } from './sdk-internals.js'
import type { ViewContext } from './view-context.js'

/** A message that is about to be sent with the contexts of a view. */
export interface OutgoingCall {
  readonly contexts: readonly ViewContext[]
  /** The client itself: message ids are counted there. */
  readonly client: object
  /** The method of the client that sends the message, and its arguments. */
  readonly method: Method
  readonly args: readonly unknown[]
  /** The message, as source functions are told of it. */
  readonly message: OutgoingMessage
}

/**
 * Sends a message by `request` or `notification`. It leaves in the same tick, when no source and no schema is asynchronous.
 */
export function sendMessage(call: OutgoingCall): unknown {
  const { client, method, args, message } = call
  // Messages about the connection itself carry no context (RC-016).
  if (message.method === 'initialize' || message.method === 'notifications/initialized') {
    return method.apply(client, [...args])
  }
  const refresh = refreshing(call)
  const sender = refresh === undefined ? client : refreshOnRetry(client, refresh)
  const send = (contexts: Contexts) => {
    const hasContext = Object.values(contexts).some(Boolean)
    return method.call(sender, hasContext ? attach(message, contexts) : message, ...args.slice(1))
  }
  let encoded: MaybePromise<Contexts>
  try {
    encoded = encodeContexts(call)
  } catch (error) {
    return Promise.reject(error)
  }
  return andThen(encoded, send)
}

/**
 * The contexts of a message. The caller waits for them no longer than the signal of the call says.
 *
 * @throws what the sources and the schemas throw; ContextError `conflict` when the message has such an entry (RC-023)
 */
export function encodeContexts({ contexts, client, message, args }: OutgoingCall): MaybePromise<Contexts> {
  const { method, params } = message
  const signal = signalIn(args)
  const given = contexts.filter(({ isEmpty }) => !isEmpty)
  for (const { definition } of given) assertNoContext(method, params, definition.key)
  let encoded = {} as MaybePromise<Contexts>
  for (const context of given) {
    const encode = () => untilAborted(context.encode(client, { method, params, signal }), signal)
    encoded = andThen(encoded, (others) =>
      andThen(encode(), (entry) => ({ ...others, [context.definition.key]: entry })),
    )
  }
  return encoded
}

/**
 * How a message is made anew before the SDK sends it again: source functions are called again, and static fields are still
 * in it (RC-021).
 *
 * @returns `undefined` where no context has a source function
 */
export function refreshing(call: OutgoingCall): Refresh | undefined {
  const contexts = call.contexts.filter(({ isDynamic }) => isDynamic)
  if (contexts.length === 0) return undefined
  return (message) => andThen(encodeContexts({ ...call, contexts }), (anew) => attach(message, anew))
}

function attach(message: OutgoingMessage, contexts: Contexts): OutgoingMessage {
  return { ...message, params: attachContexts(message.params, contexts) }
}

/** The signal among the arguments of a call. The options come last, after a schema or without one. */
export function signalIn(args: readonly unknown[]): AbortSignal | undefined {
  const options = args[2] ?? args[1]
  const { signal } = (options ?? {}) as { signal?: Partial<AbortSignal> }
  return signal?.addEventListener && (signal as AbortSignal)
}

/** Waits for a source or a schema no longer than the caller does. */
export function untilAborted<T>(pending: MaybePromise<T>, signal: AbortSignal | undefined): MaybePromise<T> {
  if (!(pending instanceof Promise) || signal === undefined) return pending
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
