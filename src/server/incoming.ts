import { own } from '../core/own.js'
import type { ContextProblem } from '../core/problem.js'
import { reconcile } from '../http/reconcile.js'
import { headerReader, type MessageExtra } from './http-request.js'
import type { Policy } from './policy.js'

export type RequestId = string | number

/** A JSON-RPC request, or a notification, which has no id. */
export interface Incoming {
  readonly method: string
  readonly id?: RequestId
  readonly params?: unknown
}

/** What a message is refused for, if it is. */
export type Problem = ContextProblem | undefined

/**
 * Compares a message's contexts with the headers of the HTTP request that it came in, and puts into its `_meta` what
 * they take from these.
 *
 * @returns the message to go on with, and the problem that a request is refused for. A notification cannot be answered:
 *   it goes on without that context, and `report` is told.
 */
export function withHeaders(
  incoming: Incoming,
  extra: MessageExtra | undefined,
  policies: readonly Policy[],
  report: (problem: ContextProblem) => void,
): { readonly incoming: Incoming; readonly problem?: Problem } {
  const header = headerReader(extra)
  if (header === undefined) return { incoming }
  const given = own(incoming.params, '_meta')
  let meta = given
  for (const { definition, http } of policies) {
    if (definition.headers.length === 0) continue
    const raw = own(meta, definition.key)
    const { raw: reconciled, problem } = reconcile(definition, raw, header, http)
    if (problem !== undefined) {
      if (incoming.id !== undefined) return { incoming, problem }
      report(problem)
    }
    if (reconciled !== raw) meta = { ...(meta as object | undefined), [definition.key]: reconciled }
  }
  if (meta === given) return { incoming }
  return { incoming: { ...incoming, params: { ...(incoming.params as object | undefined), _meta: meta } } }
}
