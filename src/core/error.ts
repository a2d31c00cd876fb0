import { EXTENSION_ID } from './constants.js'
import { own } from './own.js'
import type { ContextErrorData, ContextIssue } from './wire.generated.js'

/**
 * What went wrong.
 *
 * - `invalid_definition`: a definition, or an option of this package, is not usable
 * - `missing`: there is no context where one is needed
 * - `invalid`: a context that is not what its definition says
 * - `too_large`: a context over one of its definition's limits
 * - `conflict`: the caller's own `_meta` has an entry under the context key already
 * - `already_connected`: installing came after connecting
 * - `outside_request`: a context was read where no request is being handled
 * - `unsupported`: the server does not advertise the context, and `requireSupport` asks that it does
 * - `mismatch`: a request's HTTP headers say something else than its context
 * - `redirected`: a request was redirected to where its context may not go
 */
export type ContextErrorCode =
  | 'invalid_definition'
  | 'missing'
  | 'invalid'
  | 'too_large'
  | 'conflict'
  | 'already_connected'
  | 'outside_request'
  | 'unsupported'
  | 'mismatch'
  | 'redirected'

/** Why a peer's context was refused: the codes that travel over the wire. */
export type ContextRefusal = ContextErrorData['reason']

/** Marks an error of any copy of this package: a process may hold an ESM and a CommonJS one. */
const BRAND = Symbol.for('mcp-request-context/error')

/**
 * The one error of this package. Its message says what to do; neither it nor its properties hold a value of a
 * sensitive field.
 *
 * `instanceof` holds across the ESM and the CommonJS copy of this package in one process.
 */
export class ContextError extends Error {
  override readonly name = 'ContextError'
  declare readonly code: ContextErrorCode
  /** The faults of the context, with their paths; empty where the error is about none. */
  declare readonly issues: readonly ContextIssue[]
  /** What a JSON-RPC error carries about it, for the codes that travel over the wire. */
  declare readonly data: ContextErrorData | undefined

  constructor(
    code: ContextErrorCode,
    message: string,
    options: { data?: ContextErrorData; issues?: readonly ContextIssue[]; cause?: unknown } = {},
  ) {
    super(message, options)
    this.code = code
    this.issues = options.issues ?? options.data?.issues ?? []
    this.data = options.data
    Object.defineProperty(this, BRAND, { value: true })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true
  }
}

const REFUSALS: readonly unknown[] = ['missing', 'invalid', 'too_large', 'mismatch'] satisfies ContextRefusal[]

/**
 * Reads why a peer refused a context out of the error that an SDK threw: `McpError` of SDK 1.x, `ProtocolError` of 2.x,
 * or anything with the `data` of a JSON-RPC error.
 *
 * @returns the refusal, a `ContextError` handed in as it is, or `undefined` for an error about something else
 * @example
 * const refusal = contextErrorFrom(error)
 * if (refusal?.code === 'missing') signIn()
 */
export function contextErrorFrom(error: unknown): ContextError | undefined {
  try {
    return error instanceof ContextError ? error : refusalIn(error)
  } catch {
    // A proxy, or a getter that throws, is no peer's answer.
    return undefined
  }
}

function refusalIn(error: unknown): ContextError | undefined {
  const data = (error as { data?: unknown } | null | undefined)?.data
  const key = own(data, 'key')
  const reason = own(data, 'reason') as ContextRefusal
  if (own(data, 'extension') !== EXTENSION_ID || !REFUSALS.includes(reason)) return undefined
  if (typeof key !== 'string' || key === '') return undefined
  const issues = issuesFrom(own(data, 'issues'))
  return new ContextError(reason, `the peer refused the context: ${describeIssues(reason, issues)}`, {
    data: { extension: EXTENSION_ID, key, reason, issues },
    cause: error,
  })
}

/** Says in one line what is wrong with a context. */
export function describeIssues(reason: ContextRefusal, issues: readonly ContextIssue[]): string {
  const first = issues[0]
  if (first === undefined) return reason
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  const place = first.path.length === 0 ? '' : `${first.path.join('.')}: `
  return `${place}${first.message}${more}`.replace(/\p{Cc}/gu, escaped)
}

/** A name of a peer's is not to forge a line of a log. */
function escaped(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function issuesFrom(value: unknown): ContextIssue[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((issue): ContextIssue[] => {
    const path = own(issue, 'path')
    const message = own(issue, 'message')
    const valid = typeof message === 'string' && Array.isArray(path) && path.every(isSegment)
    return valid ? [{ path: [...path], message }] : []
  })
}

/** A name, or the index of an item. */
function isSegment(segment: unknown): boolean {
  return typeof segment === 'string' || (Number.isSafeInteger(segment) && (segment as number) >= 0)
}
