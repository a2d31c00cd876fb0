import { printable } from '../shared/printable.js'
import { EXTENSION_ID } from '../wire/constants.js'
import type { ContextErrorData, ContextIssue } from '../wire/types.generated.js'
import { ContextError, type RejectionReason } from './context-error.js'

/** Why a whole context was rejected. */
export interface ContextRejection {
  readonly reason: RejectionReason
  readonly message: string
  readonly issues: readonly ContextIssue[]
  /** `error.data` of the JSON-RPC error that reports it (RC-026). */
  readonly data: ContextErrorData
}

/** What a rejection needs to know of a definition. */
interface Rejected {
  readonly key: string
  readonly sensitive: readonly string[]
}

/** Rejects a context of a definition. */
export function rejectionOf(
  definition: Rejected,
  reason: RejectionReason,
  found: readonly ContextIssue[],
): ContextRejection {
  const { key } = definition
  const issues = found.map(({ path, message }) => ({ path: shownPath(definition, path), message }))
  return {
    reason,
    message: `Invalid request context ${key}: ${describeIssues(reason, issues)}`,
    issues,
    data: { extension: EXTENSION_ID, key, reason, issues },
  }
}

/** Rejects a request that carries no context where one is required. */
export function rejectMissing(definition: Rejected): ContextRejection {
  const message = `Missing request context ${definition.key}: a client adds it with withContext()`
  return { ...rejectionOf(definition, 'missing', []), message }
}

/** Rejects a context that the headers of its request contradict. The message shows neither value (RC-041). */
export function rejectMismatch(definition: Rejected, path: ContextIssue['path'], message: string): ContextRejection {
  return rejectionOf(definition, 'mismatch', [{ path, message }])
}

/** Rejects a context because a getter, a proxy or the schema threw while it was checked. */
export function rejectUnreadable(definition: Rejected): ContextRejection {
  return rejectionOf(definition, 'invalid', [{ path: [], message: 'the schema or a getter threw' }])
}

/** The rejection as an error to throw. */
export function rejectionError({ reason, message, data }: ContextRejection): ContextError {
  return new ContextError(reason, message, { data })
}

/**
 * The rejection of a context that was about to be sent, as an error to throw. It has no `data`: what a gateway's handler
 * throws reaches the gateway's caller, who would take it for a fault of its own context.
 */
export function outgoingError({ reason, message, issues }: ContextRejection, hint = '', cause?: unknown): ContextError {
  return new ContextError(reason, `Cannot send: ${message}${hint}`, { issues, cause })
}

/** Says in one line what is wrong with a context. */
export function describeIssues(reason: RejectionReason, issues: readonly ContextIssue[]): string {
  const [first] = issues
  if (first === undefined) return reason
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  const place = first.path.length === 0 ? '' : `${first.path.join('.')}: `
  return printable(place + first.message + more)
}

/** The path to show: the names of members within a sensitive field are part of its value (RC-028). */
function shownPath({ sensitive }: Rejected, path: ContextIssue['path']): ContextIssue['path'] {
  return sensitive.includes(String(path[0])) ? path.slice(0, 1) : path
}
