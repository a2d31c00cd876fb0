import { ContextError, type ContextRefusal } from './error.js'
import type { ContextErrorData, ContextIssue } from './wire.generated.js'

/** Why a context was refused. */
export interface ContextProblem {
  /** `error.data` of the JSON-RPC error that says so. */
  readonly data: ContextErrorData
  readonly reason: ContextRefusal
  readonly message: string
  readonly issues: readonly ContextIssue[]
}

/** The problem as an error to throw. */
export function refusal(problem: ContextProblem): ContextError {
  return new ContextError(problem.reason, problem.message, { data: problem.data })
}
