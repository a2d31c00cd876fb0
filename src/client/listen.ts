import type { OutgoingMessage } from '../codec/attach-context.js'
import { overlay } from './overlay.js'
import { type Method, type Refresh, refreshingTransport } from './sdk-internals.js'

/** The message of `listen`, as sources are told of it. */
export const LISTEN: OutgoingMessage = { method: 'subscriptions/listen' }

/**
 * Calls `listen` of SDK 2.x with a context. `listen` builds its own request and gives it to `client.transport`, so the
 * context is added there.
 *
 * @param carrier `LISTEN` with the contexts in its `_meta`
 * @param refresh makes the request anew when the transport sends it again
 */
export function callListen(
  client: { readonly transport?: unknown },
  listen: Method,
  carrier: OutgoingMessage,
  refresh: Refresh | undefined,
  args: unknown[],
): unknown {
  const transport = client.transport as { send: Method } | undefined
  if (carrier === LISTEN || transport === undefined) return listen.apply(client, args)
  const meta = carrier.params?._meta
  const send: Method = (message, ...rest) => {
    const { params } = message as OutgoingMessage
    const attached = { ...(message as object), params: { ...params, _meta: { ...params?._meta, ...meta } } }
    const sender = refresh === undefined ? transport : refreshingTransport(transport, refresh)
    return sender.send(attached, ...rest)
  }
  return listen.apply(overlay(client, { transport: overlay(transport, { send }) }), args)
}
