import { codecOf } from '../core/codec-of.js'
import type { AnyDefinition } from '../core/context-definition.js'
import { isObject, own } from '../core/own.js'
import type { ContextProblem } from '../core/problem.js'
import { fieldOfHeader, unreadableHeader } from './context-headers.js'

/** What a server makes of the headers that its definition's fields are bound to. */
export interface HttpPolicy {
  /**
   * `'mismatch'` refuses a request whose header says something else than its context; `'strict'` also one that has a
   * bound field and no such header; `false` compares nothing. Default `'mismatch'`.
   */
  readonly verify: 'mismatch' | 'strict' | false
  /** Take a bound field that the context lacks from its header. Default `false`: a header never reaches the context. */
  readonly lift: boolean
  /** With `lift`, which one counts where both are there. Default `'meta'`; `'header'` is for a trusted gateway. */
  readonly prefer: 'meta' | 'header'
}

/** Reads one header of the HTTP request at hand by its name in lower case; `undefined` where it is not there. */
export type HeaderReader = (lowerCaseName: string) => string | undefined

/**
 * Compares a context that a peer sent with the headers of its HTTP request, and takes from these what the policy says.
 *
 * @param raw the entry of `_meta`, or `undefined`
 * @returns the entry to go on with, `raw` itself where nothing was taken; or the problem to refuse the request for
 */
export function reconcile(
  definition: AnyDefinition,
  raw: unknown,
  header: HeaderReader,
  policy: HttpPolicy,
): { readonly raw?: unknown; readonly problem?: ContextProblem } {
  // What is no object is refused for that; there are no fields to compare.
  if (raw !== undefined && !isObject(raw)) return { raw }
  let lifted: Record<string, unknown> | undefined
  for (const binding of definition.headers) {
    const value = header(binding.lowerCaseName)
    const field = own(raw, binding.field)
    if (value === undefined) {
      if (policy.verify === 'strict' && field !== undefined) {
        return {
          problem: codecOf(definition).mismatch(definition, binding.field, `header ${binding.name} is not there`),
        }
      }
      continue
    }
    const takes = policy.lift && (field === undefined || policy.prefer === 'header')
    if (!takes && (field === undefined || policy.verify === false)) continue
    const said = fieldOfHeader(binding, value)
    if (said === undefined) return { problem: unreadableHeader(definition, binding) }
    if (takes) {
      lifted ??= { ...raw }
      lifted[binding.field] = said
    } else if (said !== field) {
      return {
        problem: codecOf(definition).mismatch(definition, binding.field, `header ${binding.name} says something else`),
      }
    }
  }
  return { raw: lifted ?? raw }
}
