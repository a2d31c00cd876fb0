import { sharedEntry } from '../shared/registry.js'
import type { ContextErrorData, ContextIssue } from '../wire/types.generated.js'

/**
 * What went wrong.
 *
 * - `invalid_definition`: a definition, or an option of this package, is not usable
 * - `missing`: there is no context where one is needed
 * - `invalid`: a context is not what its definition says
 * - `too_large`: a context is over one of its definition's limits
 * - `conflict`: the caller's own `_meta` already has an entry under the context key
 * - `already_connected`: a context was installed after connecting
 * - `outside_request`: a context was read where no request is being handled
 * - `not_installed`: a context was read by a definition that is not installed on the server
 * - `unsupported`: the server does not advertise the context, and `requireSupport` asks for it
 * - `mismatch`: the HTTP headers of a request contradict its context
 * - `redirected`: a request was redirected to another origin, where its context may not go
 */
export type ContextErrorCode =
  | RejectionReason
  | 'invalid_definition'
  | 'conflict'
  | 'already_connected'
  | 'outside_request'
  | 'not_installed'
  | 'unsupported'
  | 'redirected'

/** Why a whole context was rejected: the codes that travel over the wire (RC-027). */
export type RejectionReason = ContextErrorData['reason']

/** Every ContextError of this process, whichever copy of this package made it. */
const errors = /* @__PURE__ */ sharedEntry('errors', () => new WeakSet<object>())

/**
 * The one error of this package. Its message says what to do. Neither the message nor a property holds a value of a
 * sensitive field.
 *
 * `instanceof` also works across the ESM and the CommonJS copy of this package in one process.
 */
export class ContextError extends Error {
  override readonly name = 'ContextError'
  declare readonly code: ContextErrorCode
  /** What is wrong with the context, with paths. Empty when the error is not about a context. */
  declare readonly issues: readonly ContextIssue[]
  /** `error.data` of the JSON-RPC error that reports it, for the codes that travel over the wire. */
  declare readonly data: ContextErrorData | undefined

  constructor(
    code: ContextErrorCode,
    message: string,
    options: { data?: ContextErrorData; issues?: readonly ContextIssue[]; cause?: unknown } = {},
  ) {
    // `cause: undefined` would be a property.
    super(message, options.cause === undefined ? {} : options)
    this.code = code
    this.issues = options.issues ?? options.data?.issues ?? []
    this.data = options.data
    errors.add(this)
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return errors.has(value as object)
  }
}
