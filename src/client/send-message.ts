import { assertNoContext, attachContexts, type Contexts, type OutgoingMessage } from '../codec/attach-context.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import { inThisScope } from '../shared/outside-requests.js'
import { attachingClient, type Method } from './sdk-internals.js'
import type { ViewContext } from './view-context.js'

/** A message with the contexts of a view, and how it is sent. */
export interface Sending {
  readonly contexts: readonly ViewContext[]
  /** The client itself: message ids are counted there. */
  readonly client: object
  /** The method of the client that sends the message, and its arguments. */
  readonly method: Method
  readonly args: readonly unknown[]
  /** The message, as source functions are told of it. */
  readonly message: OutgoingMessage
}

/** The callbacks among the options of a call, in either SDK major. */
const CALLBACKS = ['onprogress', 'onresumptiontoken']

/** The arguments of a call, with callbacks that run in the scope of the request in which the call is made. */
export function bindCallbacks(args: readonly unknown[]): unknown[] {
  return args.map((arg) => {
    let bound = arg as Record<string, unknown>
    for (const name of CALLBACKS) {
      const callback = bound?.[name]
      if (typeof callback === 'function') bound = { ...bound, [name]: inThisScope(callback as () => void) }
    }
    return bound
  })
}

/**
 * Sends a message by `request` or `notification`. With static contexts and synchronous schemas it leaves in the same tick.
 */
export function sendMessage(sending: Sending): unknown {
  const { contexts, client, method, args, message } = sending
  // Messages about the connection itself carry no context (RC-016).
  const isHandshake = message.method === 'initialize' || message.method === 'notifications/initialized'
  if (isHandshake || contexts.every(({ isEmpty }) => isEmpty)) return method.apply(client, [...args])
  if (contexts.some(({ isDynamic }) => isDynamic)) return sendLater(sending)
  let encoded: MaybePromise<Contexts>
  try {
    encoded = encodeContexts(sending)
  } catch (error) {
    return Promise.reject(error)
  }
  if (encoded instanceof Promise) return sendLater(sending, encoded)
  return method.call(client, withContexts(message, encoded), ...args.slice(1))
}

/**
 * Calls the method at once, and attaches the contexts when the message is about to be sent: the call's timeout counts from
 * the beginning, however long a source or a schema takes. A message that the SDK sends again, in a further round of
 * `input_required` or once its transport has authorized anew, gets its contexts anew (RC-021).
 *
 * @param first the contexts for the first time, where they were asked for already
 */
export function sendLater(sending: Sending, first?: Promise<Contexts>): unknown {
  const { client, method, args, message } = sending
  const { signal, relatedTask } = (args[2] ?? args[1] ?? {}) as { signal?: AbortSignal; relatedTask?: unknown }
  const call = new AbortController()
  let next: MaybePromise<Contexts> | undefined = first
  let isWaiting = false
  /** The message that was sent last, and what it was before. */
  let attached: OutgoingMessage | undefined
  let original: OutgoingMessage
  const attach = (outgoing: OutgoingMessage): MaybePromise<OutgoingMessage | undefined> => {
    if (outgoing.method === 'notifications/cancelled' && outgoing.method !== message.method) {
      if (!isWaiting) return outgoing
      // What it cancels was never sent.
      call.abort(signal?.reason)
      return undefined
    }
    isWaiting = true
    if (outgoing !== attached) original = outgoing
    const encoded = next ?? encodeContexts(sending, call.signal)
    next = undefined
    return andThen(encoded, (contexts) => {
      if (call.signal.aborted) return undefined
      isWaiting = false
      attached = withContexts(original, contexts)
      return attached
    })
  }
  // SDK 1.x keeps a message with a related task, and does not send it by its transport.
  const sender = relatedTask === undefined ? attachingClient(client, attach) : undefined
  if (sender !== undefined) {
    return (method.apply(sender, [...args]) as Promise<unknown>).catch((error) => {
      call.abort(signal?.reason)
      throw error
    })
  }
  try {
    return andThen(attach(message), (sent) => method.call(client, sent, ...args.slice(1)))
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * @param signal is told to source functions; needed where a context has one
 * @throws what the sources and the schemas throw; ContextError `conflict` when the message has such an entry (RC-023)
 */
function encodeContexts({ contexts, client, message }: Sending, signal?: AbortSignal): MaybePromise<Contexts> {
  const { method, params } = message
  let encoded = {} as MaybePromise<Contexts>
  for (const context of contexts) {
    if (context.isEmpty) continue
    const { key } = context.definition
    assertNoContext(message, key)
    encoded = andThen(encoded, (others) =>
      andThen(context.encode(client, { method, params, signal: signal as AbortSignal }), (entry) =>
        entry === undefined ? others : { ...others, [key]: entry },
      ),
    )
  }
  return encoded
}

function withContexts(message: OutgoingMessage, contexts: Contexts): OutgoingMessage {
  // A source may have had none to give.
  if (Object.keys(contexts).length === 0) return message
  return { ...message, params: attachContexts(message.params, contexts) }
}
