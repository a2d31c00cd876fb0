import { getOwn } from '../shared/get-own.js'
import { printable } from '../shared/printable.js'
import { EXTENSION_ID } from '../wire/constants.js'
import type { ContextIssue } from '../wire/types.generated.js'
import { ContextError, type RejectionReason } from './context-error.js'
import { describeIssues } from './rejection.js'

/** The reasons that this version knows. An object, so that the compiler finds one that is left out. */
const REASONS = { missing: 1, invalid: 1, too_large: 1, mismatch: 1 } satisfies Record<RejectionReason, 1>

/**
 * Reads why a peer rejected a context out of the error that an SDK threw: `McpError` of SDK 1.x, `ProtocolError` of 2.x,
 * or any object with the `data` of a JSON-RPC error.
 *
 * @returns the rejection as a ContextError; a ContextError as it is; `undefined` for any other error
 * @example
 * const rejection = contextErrorFrom(error)
 * if (rejection?.code === 'missing') signIn()
 */
export function contextErrorFrom(error: unknown): ContextError | undefined {
  try {
    return error instanceof ContextError ? error : readError(error)
  } catch {
    // A proxy, or a getter that throws, is not the answer of a peer.
    return undefined
  }
}

function readError(error: unknown): ContextError | undefined {
  const data = (error as { data?: unknown } | null | undefined)?.data
  const key = getOwn(data, 'key')
  const reason = getOwn(data, 'reason') as RejectionReason
  if (getOwn(data, 'extension') !== EXTENSION_ID || typeof key !== 'string' || key === '') return undefined
  if (typeof reason !== 'string' || !Object.hasOwn(REASONS, reason)) return undefined
  const issues = readIssues(getOwn(data, 'issues'))
  return new ContextError(reason, `the peer rejected the context: ${describeIssues(reason, issues)}`, {
    data: { extension: EXTENSION_ID, key: printable(key), reason, issues },
    cause: error,
  })
}

/** The well-formed ones among a peer's issues, with nothing in them that a terminal acts on. */
function readIssues(value: unknown): ContextIssue[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((issue): ContextIssue[] => {
    const path = getOwn(issue, 'path')
    const message = getOwn(issue, 'message')
    const valid = typeof message === 'string' && Array.isArray(path) && path.every(isSegment)
    return valid ? [{ path: path.map(showSegment), message: printable(message) }] : []
  })
}

/** Whether a value is the name of a member or the index of an item. */
function isSegment(segment: unknown): boolean {
  return typeof segment === 'string' || (Number.isSafeInteger(segment) && (segment as number) >= 0)
}

function showSegment(segment: string | number): string | number {
  return typeof segment === 'string' ? printable(segment) : segment
}
