import { andThen, type MaybePromise } from '../core/maybe-promise.js'
import type { Message } from './attach.js'
import type { Method } from './method.js'

/** What every request of SDK 2.x ends in, the repeated ones of a multi-round-trip request too. */
const SEND = '_requestWithSchemaViaCodec'

const standIns = new WeakSet<object>()

/**
 * A stand-in for a client of SDK 2.x while it sends one request: when the SDK repeats the request on its own, in a further
 * round of `input_required`, the message is made anew first, so that a rotated value is not sent again (spec RC-021).
 *
 * @param caller what the request was made on: where it is a stand-in of its own, as it is for a view of a view, a
 *   repeated message is made anew by both
 * @param renew makes it anew; `undefined` where it stays as it is
 */
export function resending(
  client: object,
  caller: unknown,
  renew: ((message: Message, rest: readonly unknown[]) => MaybePromise<Message>) | undefined,
): object {
  const outer = standIns.has(caller as object) ? (caller as object) : undefined
  const send: unknown = Reflect.get(outer ?? client, SEND)
  if (typeof send !== 'function' || (outer === undefined && renew === undefined)) return client
  let sent = false
  function resend(this: unknown, codec: unknown, message: Message, ...rest: unknown[]): unknown {
    const next = sent && renew !== undefined ? renew(message, rest) : message
    sent = true
    return andThen(next, (next) => (send as Method).call(this, codec, next, ...rest))
  }
  const standIn = new Proxy(client, {
    get: (_, name) => (name === SEND ? resend : Reflect.get(client, name)),
    set: (_, name, value) => Reflect.set(client, name, value),
  })
  standIns.add(standIn)
  return standIn
}
