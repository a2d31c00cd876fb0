import { attachContexts, type OutgoingMessage } from '../codec/attach-context.js'
import type { OutgoingCall } from './outgoing-call.js'
import { type Method, overlay } from './overlay.js'
import { refreshingTransport, type SdkTransport } from './sdk-internals.js'
import { refreshing } from './send-message.js'

/** The message of `listen`, as source functions are told of it. */
export const LISTEN: OutgoingMessage = { method: 'subscriptions/listen' }

/**
 * Calls `listen` of SDK 2.x with contexts. `listen` builds its own request and gives it to `client.transport`, so the
 * contexts are added there.
 */
export async function callListen(call: OutgoingCall): Promise<unknown> {
  const { client, method } = call
  return call.encodeAndSend(call.contexts, (contexts, args) => {
    const { transport } = client as { readonly transport?: SdkTransport }
    if (transport === undefined) return method.apply(client, args)
    const refresh = refreshing(call)
    const sender = refresh === undefined ? transport : refreshingTransport(transport, LISTEN.method, refresh)
    const send: Method = (message, ...rest) => {
      const params = attachContexts((message as OutgoingMessage).params, contexts)
      return sender.send({ ...(message as object), params }, ...rest)
    }
    return method.apply(overlay(client, { transport: overlay(transport, { send }) }), args)
  })
}
