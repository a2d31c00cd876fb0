import { andThen, type MaybePromise } from '../core/maybe-promise.js'
import type { Message } from './attach.js'
import type { Method } from './method.js'

/** What every request of SDK 2.x ends in, the repeated ones of a multi-round-trip request too. */
const SEND = '_requestWithSchemaViaCodec'

/**
 * A stand-in for a client of SDK 2.x while it sends one request: when the SDK repeats the request on its own, in a further
 * round of `input_required`, the message is made anew first, so that a rotated value is not sent again (spec RC-021).
 */
export function resending(
  client: object,
  renew: (message: Message, rest: readonly unknown[]) => MaybePromise<Message>,
): object {
  const send: unknown = Reflect.get(client, SEND)
  if (typeof send !== 'function') return client
  let sent = false
  const resend = (codec: unknown, message: Message, ...rest: unknown[]): unknown => {
    const again = sent
    sent = true
    const next = again ? renew(message, rest) : message
    return andThen(next, (next) => (send as Method).call(standIn, codec, next, ...rest))
  }
  const standIn: object = new Proxy(client, {
    get: (_, name) => (name === SEND ? resend : Reflect.get(client, name)),
    set: (_, name, value) => Reflect.set(client, name, value),
  })
  return standIn
}
