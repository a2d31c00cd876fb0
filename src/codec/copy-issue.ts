import type { ContextLimits } from '../definition/types.js'
import type { ContextIssue } from '../wire/types.generated.js'

/** Why a value cannot be a context, or which limit it is over. */
export interface CopyIssue extends ContextIssue {
  readonly reason: 'invalid' | 'too_large'
}

type CountedLimit = 'maxBytes' | 'maxFields' | 'maxDepth'

/** The issue of a value that JSON cannot carry. */
export function invalidIssue(message: string): CopyIssue {
  return { reason: 'invalid', path: [], message }
}

/** The issue of a context over a limit, with its size as far as it was counted. */
export function tooLargeIssue(limit: CountedLimit, limits: ContextLimits, counted: string | number): CopyIssue {
  const max = limits[limit]
  const size = {
    maxBytes: `is ${counted} bytes`,
    maxFields: `has ${counted} fields`,
    maxDepth: `is ${counted} levels deep`,
  }
  return { reason: 'too_large', path: [], message: `context ${size[limit]}; the limit is ${max}` }
}
