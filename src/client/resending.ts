import { andThen, type MaybePromise } from '../core/maybe-promise.js'
import type { Message } from './attach.js'
import type { Method } from './method.js'

/** Makes a message anew that is sent once more, so that a rotated value is not sent again (spec RC-021). */
export type Renew = (message: Message) => MaybePromise<Message>

/** What every request of SDK 2.x ends in, the repeated ones of a multi-round-trip request too. */
const REQUEST = '_requestWithSchemaViaCodec'

const renewals = new WeakMap<object, Renew>()

/**
 * A stand-in for a client while it sends one message: where the SDK repeats that on its own, in a further round of
 * `input_required` or once it is authorized anew, the message is made anew first.
 *
 * @param caller what the message was sent on: where it is a stand-in of its own, as it is for a view of a view, a
 *   repeated message is made anew by both
 * @param renew makes it anew; `undefined` where it stays as it is
 * @returns `client` itself where nothing is made anew
 */
export function resending(client: object, caller: unknown, renew: Renew | undefined): object {
  const renewal = both(renew, renewals.get(caller as object))
  const request: unknown = Reflect.get(client, REQUEST)
  if (renewal === undefined || (typeof request !== 'function' && !mayRepeat(transportOf(client)))) return client
  let sent = false
  const rerequest = function (this: unknown, codec: unknown, message: Message, ...rest: unknown[]): unknown {
    const next = sent ? renewal(message) : message
    sent = true
    return andThen(next, (next) => (request as Method).call(this, codec, next, ...rest))
  }
  const standIn = new Proxy(client, {
    get(_, name) {
      if (name === REQUEST && typeof request === 'function') return rerequest
      const value: unknown = Reflect.get(client, name)
      return name === '_transport' ? renewing(value, renewal) : value
    },
    set: (_, name, value) => Reflect.set(client, name, value),
  })
  renewals.set(standIn, renewal)
  return standIn
}

/**
 * A transport of either SDK while it sends one message: once it is authorized, it sends the same message again, by
 * its own `send` (1.x) or `_send` (2.x).
 *
 * @returns `transport` itself where it never does that
 */
function renewing<T>(transport: T, renew: Renew | undefined): T {
  if (renew === undefined || !mayRepeat(transport)) return transport
  const sends = '_send' in transport ? '_send' : 'send'
  let last: unknown
  async function send(this: unknown, message: Message, ...rest: unknown[]): Promise<unknown> {
    last = message === last ? await (renew as Renew)(message) : message
    return (Reflect.get(transport as object, sends) as Method).call(this, last, ...rest)
  }
  return new Proxy(transport, {
    get: (_, name) => (name === sends ? send : Reflect.get(transport, name)),
    set: (_, name, value) => Reflect.set(transport, name, value),
  })
}

/** What a message is given to: a transport, or what stands before one. */
export interface Sender {
  send(message: Message, options: unknown, renew?: Renew): Promise<unknown>
}

const senders = new WeakSet<Sender>()

/**
 * Stands before a transport and changes what is sent.
 *
 * @param renew makes a message anew that the transport sends again
 */
export function sendingWith(
  transport: Sender,
  change: (message: Message) => Message,
  renew: Renew | undefined,
): Sender {
  const sender: Sender = {
    send(message, options, inner) {
      const renewal = both(inner, renew)
      return senders.has(transport)
        ? transport.send(change(message), options, renewal)
        : renewing(transport, renewal).send(change(message), options)
    },
  }
  senders.add(sender)
  return sender
}

/** Whether a transport authorizes itself: of the SDKs' own, those over HTTP can. */
function mayRepeat(transport: unknown): transport is object {
  return (transport as { _authProvider?: unknown } | undefined)?._authProvider !== undefined
}

function transportOf(client: object): unknown {
  return (client as { transport?: unknown }).transport
}

function both(one: Renew | undefined, other: Renew | undefined): Renew | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return (message) => andThen(one(message), other)
}
