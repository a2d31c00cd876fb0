import type { ContextLimits } from '../definition/types.js'
import type { ContextIssue } from '../wire/types.generated.js'

/** Why a value cannot be a context, or which limit it is over. */
export interface CopyIssue extends ContextIssue {
  readonly reason: 'invalid' | 'too_large'
}

/** The issue of a value that JSON cannot carry. */
export function invalidIssue(message: string): CopyIssue {
  return { reason: 'invalid', path: [], message }
}

/** The issue of a context over a limit. */
export function tooLargeIssue(limit: 'maxBytes' | 'maxFields' | 'maxDepth', limits: ContextLimits): CopyIssue {
  return { reason: 'too_large', path: [], message: `context is over the limit ${limit}: ${limits[limit]}` }
}
