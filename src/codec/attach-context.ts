import { ContextError } from '../errors/context-error.js'
import type { RequestContext } from '../wire/types.generated.js'

/** A JSON-RPC request or notification as the SDKs take it, before it has an id. */
export interface OutgoingMessage {
  readonly method: string
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>> | undefined } | undefined
}

/**
 * A copy of a message that carries a context, beside whatever its `_meta` already has (RC-002).
 *
 * @param context `undefined` leaves the message as it is
 * @throws ContextError `conflict` when the caller's own `_meta` has an entry under the key (RC-023)
 */
export function attachContext<M extends OutgoingMessage>(
  message: M,
  key: string,
  context: RequestContext | undefined,
): M {
  if (context === undefined) return message
  const meta = message.params?._meta
  if (typeof meta === 'object' && meta !== null && Object.hasOwn(meta, key)) {
    throw new ContextError(
      'conflict',
      `${message.method}: its _meta already has ${key}: give the context there or by withContext(), not both`,
    )
  }
  // V8 takes ten times as long when a new member follows a spread, so each member is there before.
  const params: Record<string, unknown> = { _meta: undefined, ...message.params }
  params._meta = { [key]: context, ...meta }
  const attached: Record<string, unknown> = { method: undefined, params: undefined, ...(message as object) }
  attached.params = params
  return attached as unknown as M
}

/** A copy of a message without the context under a key. */
export function detachContext<M extends OutgoingMessage>(message: M, key: string): M {
  const { [key]: _, ...meta } = message.params?._meta ?? {}
  return { ...message, params: { ...message.params, _meta: meta } }
}
