import { ContextError } from './error.js'
import type { RequestContext } from './wire.generated.js'

/** A JSON-RPC message as the SDKs take it, before it has an id. */
export interface Message {
  readonly method: string
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>> | undefined } | undefined
}

/** A copy of a message that carries another context than before, or none. */
export function replaceContext<M extends Message>(message: M, key: string, context: RequestContext | undefined): M {
  const meta: Record<string, unknown> = { ...message.params?._meta }
  if (context === undefined) delete meta[key]
  else meta[key] = context
  return { ...message, params: { ...message.params, _meta: meta } }
}

/**
 * A copy of a message that carries a context, beside whatever its `_meta` has already.
 *
 * @throws ContextError `conflict` when the caller's own `_meta` has an entry under the key
 */
export function attachContext<M extends Message>(message: M, key: string, context: RequestContext): M {
  const meta = message.params?._meta
  if (typeof meta === 'object' && meta !== null && Object.hasOwn(meta, key)) {
    throw new ContextError(
      'conflict',
      `${message.method}: its _meta has an entry ${key} already; give the context there or with withContext(), not both`,
    )
  }
  // V8 takes ten times as long where a member that is new comes after what is spread.
  const params: Record<string, unknown> = { _meta: undefined, ...message.params }
  params._meta = { [key]: context, ...meta }
  const attached: Record<string, unknown> = { method: undefined, params: undefined, ...(message as object) }
  attached.params = params
  return attached as unknown as M
}
