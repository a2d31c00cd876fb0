import { ContextError } from '../errors/context-error.js'
import type { RequestContext } from '../wire/types.generated.js'

/** A JSON-RPC request or notification as the SDKs take it, before it has an id. */
export interface OutgoingMessage {
  readonly method: string
  readonly params?: OutgoingParams
}

/** The params of a message, as far as they are read here. */
export type OutgoingParams = { readonly _meta?: Readonly<Record<string, unknown>> | undefined } | undefined

/** The contexts of one message, by their keys. `undefined`: its sources had none to give. */
export type Contexts = Readonly<Record<string, RequestContext | undefined>>

/**
 * A copy of a message's params that carries contexts, beside whatever their `_meta` already has (RC-002). What it has under
 * the same key is replaced: see `assertNoContext`.
 */
export function attachContexts(params: OutgoingParams, contexts: Contexts): OutgoingParams {
  const meta = params?._meta
  // V8 takes ten times as long when a new member follows a spread, so `_meta` is there before.
  const attached: Record<string, unknown> = { _meta: undefined, ...params }
  attached._meta = typeof meta === 'object' ? { ...meta, ...contexts } : contexts
  return attached
}

/**
 * Refuses a message whose own `_meta` has an entry under a context key.
 *
 * @throws ContextError `conflict` (RC-023)
 */
export function assertNoContext(method: string, params: OutgoingParams, key: string): void {
  const meta = params?._meta
  if (typeof meta !== 'object' || meta === null || !Object.hasOwn(meta, key)) return
  throw new ContextError('conflict', `${method}: _meta already has ${key}: give it there or by withContext(), not both`)
}
