import { getOwn } from '../shared/get-own.js'
import { printable } from '../shared/printable.js'
import { EXTENSION_ID } from '../wire/constants.js'
import type { ContextIssue } from '../wire/types.generated.js'
import { ContextError, type RejectionReason } from './context-error.js'
import { describeIssues } from './rejection.js'

/** The reasons that this version knows. An object, so that the compiler finds one that is left out. */
const REASONS = { missing: 1, invalid: 1, too_large: 1, mismatch: 1 } satisfies Record<RejectionReason, 1>

/** The most errors that are looked into, from one to its `cause`. */
const MAX_CAUSES = 8

/** What both SDK majors write before the body of an HTTP error. SDK 2.x has it in `data.text` too, but not over HTTP+SSE. */
const HTTP_ERROR = /^(?:Streamable HTTP error: )?Error POSTing to endpoint(?: \(HTTP \d+\))?: /

/**
 * Reads why a peer rejected a context out of the error that an SDK threw: `McpError` of SDK 1.x, `ProtocolError` of 2.x,
 * the HTTP error of either, whose text is the JSON-RPC error, or any object with the `data` of a JSON-RPC error. An error
 * that has none of these is looked for in its `cause`.
 *
 * It reads no rejection out of plain text, such as the message of LangChain's `ToolException`, or a tool result with
 * `isError`: any tool can write any text. Catch the error where the client of the SDK throws it.
 *
 * @returns the rejection as a ContextError, whose `cause` is the error that it was read from; a ContextError as it is;
 *   `undefined` for any other error
 * @example
 * const rejection = contextErrorFrom(error)
 * if (rejection?.code === 'missing') signIn()
 */
export function contextErrorFrom(error: unknown): ContextError | undefined {
  try {
    let current = error
    for (let seen = 0; seen < MAX_CAUSES && current !== undefined; seen++) {
      const found = current instanceof ContextError ? current : (readError(current, current) ?? readHttpError(current))
      if (found !== undefined) return found
      current = (current as { cause?: unknown } | null)?.cause
    }
  } catch {
    // A proxy, or a getter that throws, is not the answer of a peer.
  }
  return undefined
}

/** Reads the JSON-RPC error that is the body of an HTTP error. */
function readHttpError(error: unknown): ContextError | undefined {
  const message = (error as { message?: unknown } | null)?.message
  if (typeof message !== 'string' || !HTTP_ERROR.test(message)) return undefined
  return readError(getOwn(JSON.parse(message.replace(HTTP_ERROR, '')), 'error'), error)
}

/**
 * @param error what may have the `data` of a rejection
 * @param cause the error that was thrown
 */
function readError(error: unknown, cause: unknown): ContextError | undefined {
  const data = (error as { data?: unknown } | null | undefined)?.data
  const key = getOwn(data, 'key')
  const given = getOwn(data, 'reason')
  if (getOwn(data, 'extension') !== EXTENSION_ID || typeof key !== 'string' || key === '') return undefined
  if (typeof given !== 'string') return undefined
  // A later revision may add reasons (RC-027).
  const reason = Object.hasOwn(REASONS, given) ? (given as RejectionReason) : 'invalid'
  const issues = readIssues(getOwn(data, 'issues'))
  return new ContextError(reason, `the peer rejected the context: ${describeIssues(reason, issues)}`, {
    data: { extension: EXTENSION_ID, key: printable(key), reason, issues },
    cause,
  })
}

/** The well-formed ones among a peer's issues, without characters that forge a log or drive a terminal. */
function readIssues(value: unknown): ContextIssue[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((issue): ContextIssue[] => {
    const path = getOwn(issue, 'path')
    const message = getOwn(issue, 'message')
    const valid = typeof message === 'string' && Array.isArray(path) && path.every(isSegment)
    return valid ? [{ path: path.map(shown), message: printable(message) }] : []
  })
}

function shown(segment: string | number): string | number {
  return typeof segment === 'string' ? printable(segment) : segment
}

/** Whether a value is the name of a member or the index of an item. */
function isSegment(segment: unknown): boolean {
  return typeof segment === 'string' || (Number.isSafeInteger(segment) && (segment as number) >= 0)
}
