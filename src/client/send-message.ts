import { attachContexts, type Contexts, type OutgoingMessage } from '../codec/attach-context.js'
import { inThisScope } from '../shared/outside-requests.js'
import type { OutgoingCall } from './outgoing-call.js'
import { type Refresh, refreshOnRetry } from './sdk-internals.js'

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

/** Messages about the connection itself carry no context (RC-016). */
const HANDSHAKE = /^(?:initialize|notifications\/initialized)$/

/** Sends a message by `request` or `notification`. */
export function sendMessage(call: OutgoingCall): unknown {
  const { contexts, client, method, args, message } = call
  if (HANDSHAKE.test(message.method)) return method.apply(client, [...args])
  const refresh = refreshing(call)
  const sender = refresh === undefined ? client : refreshOnRetry(client, message.method, refresh)
  return call.encodeAndSend(contexts, (encoded, [, ...rest]) => {
    const hasContext = Object.values(encoded).some(Boolean)
    return method.call(sender, hasContext ? attach(message, encoded) : message, ...rest)
  })
}

/**
 * How a message is made anew before the SDK sends it again: source functions are called again, and static fields are still
 * in it (RC-021).
 *
 * @returns `undefined` where no context has a source function
 */
export function refreshing(call: OutgoingCall): Refresh | undefined {
  const contexts = call.contexts.filter(({ sources }) => sources.length > 0)
  if (contexts.length === 0) return undefined
  return (message) => call.encodeAndSend(contexts, (anew) => attach(message, anew))
}

function attach(message: OutgoingMessage, contexts: Contexts): OutgoingMessage {
  return { ...message, params: attachContexts(message.params, contexts) }
}
