import type { Message } from '../core/attach.js'
import { andThen, type MaybePromise } from '../core/maybe-promise.js'
import type { Method } from './method.js'
import { standIn } from './stand-in.js'

/** Makes a message anew that is sent once more, so that a rotated value is not sent again (spec RC-021). */
export type Renew = (message: Message) => MaybePromise<Message>

/** What every request of SDK 2.x ends in, the repeated ones of a multi-round-trip request too. */
const REQUEST = '_requestWithSchemaViaCodec'

interface Connected {
  readonly transport?: unknown
}

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
  if (renewal === undefined) return client
  const request: unknown = Reflect.get(client, REQUEST)
  if (typeof request !== 'function' && !mayRepeat((client as Connected).transport)) return client
  let sent = false
  const rerequest = function (this: unknown, codec: unknown, message: Message, ...rest: unknown[]): unknown {
    const next = sent ? renewal(message) : message
    sent = true
    return andThen(next, (next) => (request as Method).call(this, codec, next, ...rest))
  }
  const sender = standIn(client, {
    ...(typeof request === 'function' && { [REQUEST]: rerequest }),
    get _transport() {
      return renewing(Reflect.get(client, '_transport'), renewal)
    },
  })
  renewals.set(sender, renewal)
  return sender
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
  return standIn(transport, { [sends]: send })
}

/** What a message is given to: a transport, or what stands before one. */
export interface Sender {
  send(message: Message, options: unknown, renew?: Renew): Promise<unknown>
}

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
  return {
    send(message, options, inner) {
      const renewal = both(inner, renew)
      // What stands before a transport itself does its part of the renewing; a transport takes two arguments.
      return renewing(transport, renewal).send(change(message), options, renewal)
    },
  }
}

/** Whether a transport authorizes itself: of the SDKs' own, those over HTTP can. */
function mayRepeat(transport: unknown): transport is object {
  return (transport as { _authProvider?: unknown } | undefined)?._authProvider !== undefined
}

function both(one: Renew | undefined, other: Renew | undefined): Renew | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return (message) => andThen(one(message), other)
}
