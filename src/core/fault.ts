import type { ContextRefusal } from './error.js'
import type { ContextLimits } from './limits.js'
import type { ContextIssue } from './wire.generated.js'

/** What makes a value no context, or one over a limit. */
export interface CopyFault extends ContextIssue {
  readonly reason: Extract<ContextRefusal, 'invalid' | 'too_large'>
  /** The limit that was passed, where it is one. */
  readonly limit?: CountedLimit
}

type CountedLimit = 'maxBytes' | 'maxFields' | 'maxDepth'

export function invalid(message: string): CopyFault {
  return { reason: 'invalid', path: [], message }
}

/** The fault of a context over a limit, with its size where that was counted. */
export function tooLarge(limit: CountedLimit, limits: ContextLimits, size?: number): CopyFault {
  const most = limits[limit]
  const counted = size ?? `more than ${most}`
  const message = {
    maxBytes: `context is ${counted} bytes; the limit is ${most}`,
    maxFields: `context has ${counted} fields; the limit is ${most}`,
    maxDepth: `context is ${counted} levels deep; the limit is ${most}`,
  }[limit]
  return { reason: 'too_large', path: [], message, limit }
}
