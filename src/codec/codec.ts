import type { AnyDefinition, ContextInput, ContextOutput, SchemaResult } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import {
  type ContextRejection,
  rejectionError,
  rejectionOf,
  rejectMissing,
  rejectUnreadable,
} from '../errors/rejection.js'
import { issuesFromSchema, type SchemaIssue } from '../errors/schema-issues.js'
import { isPromise, type MaybePromise } from '../shared/maybe-promise.js'
import type { RequestContext } from '../wire/types.generated.js'
import { cloneJson, copyContext, deepFreeze } from './copy-context.js'
import { type CopyIssue, tooLargeIssue } from './copy-issue.js'

/**
 * Validates a context and makes the JSON object that travels: a copy of what the client gave, not of what the schema
 * makes of it. A field that is `undefined` is left out (RC-009).
 *
 * @returns the object for `params._meta[definition.key]`; a promise of it when the schema is asynchronous
 * @throws ContextError `invalid` for a field name or a value that JSON cannot carry, or that the schema rejects, with the
 *   path; `too_large` for a context over a limit, with the numbers
 * @example
 * const wire = await encodeContext(requestContext, { tenant: 'acme' })
 */
export function encodeContext<D extends AnyDefinition>(
  definition: D,
  value: ContextInput<D>,
): MaybePromise<RequestContext> {
  let copy: RequestContext
  let result: MaybePromise<SchemaResult<unknown>>
  try {
    const copied = copyContext(value, definition.limits)
    if (copied.issue !== undefined)
      throw rejectionError(rejectIssue(definition, measured(definition, copied.issue, value)))
    copy = copied.copy
    // The schema gets a copy of its own: it cannot change what is sent.
    result = definition.schema['~standard'].validate(cloneJson(copy))
    if (!isPromise(result)) return result.issues === undefined ? copy : throwRejected(definition, copy, result.issues)
  } catch (error) {
    throw error instanceof ContextError ? error : unreadableError(definition, error)
  }
  return Promise.resolve(result).then(
    ({ issues }) => (issues === undefined ? copy : throwRejected(definition, copy, issues)),
    (error) => {
      throw unreadableError(definition, error)
    },
  )
}

function throwRejected(definition: AnyDefinition, context: RequestContext, issues: readonly SchemaIssue[]): never {
  throw rejectionError(rejectBySchema(definition, context, issues))
}

/** The result of decoding a context that a peer sent. */
export type DecodedContext<Output> =
  | { readonly ok: true; readonly context: Output; readonly rejection?: undefined }
  | { readonly ok: false; readonly rejection: ContextRejection; readonly context?: undefined }

/**
 * Validates a context that a peer sent, and returns what the schema makes of it. It never throws on what a peer sent.
 *
 * @param raw the entry of `params._meta` under the definition's key; `undefined` where there is none
 * @returns the frozen context, or the rejection; a promise of that when the schema is asynchronous
 * @example
 * const decoded = await decodeContext(requestContext, request.params._meta?.[requestContext.key])
 * if (decoded.ok) console.log(decoded.context.tenant)
 */
export function decodeContext<D extends AnyDefinition>(
  definition: D,
  raw: unknown,
): MaybePromise<DecodedContext<ContextOutput<D>>> {
  if (raw === undefined) return rejected(rejectMissing(definition))
  try {
    const copied = copyContext(raw, definition.limits)
    if (copied.issue !== undefined) return rejected(rejectIssue(definition, copied.issue))
    const { copy } = copied
    const result = definition.schema['~standard'].validate(cloneJson(copy))
    if (isPromise(result)) return settleDecoded(definition, copy, result)
    if (result.issues === undefined) return { ok: true, context: deepFreeze(result.value) as ContextOutput<D> }
    return rejected(rejectBySchema(definition, copy, result.issues))
  } catch {
    return rejected(rejectUnreadable(definition))
  }
}

async function settleDecoded<D extends AnyDefinition>(
  definition: D,
  copy: RequestContext,
  pending: Promise<SchemaResult<unknown>>,
): Promise<DecodedContext<ContextOutput<D>>> {
  try {
    const result = await pending
    if (result.issues === undefined) return { ok: true, context: deepFreeze(result.value) as ContextOutput<D> }
    return rejected(rejectBySchema(definition, copy, result.issues))
  } catch {
    return rejected(rejectUnreadable(definition))
  }
}

function rejectBySchema(
  definition: AnyDefinition,
  context: RequestContext,
  issues: readonly SchemaIssue[],
): ContextRejection {
  return rejectionOf(definition, 'invalid', issuesFromSchema(definition.sensitive, context, issues))
}

function rejected(rejection: ContextRejection): { readonly ok: false; readonly rejection: ContextRejection } {
  return { ok: false, rejection }
}

function rejectIssue(definition: AnyDefinition, issue: CopyIssue): ContextRejection {
  return rejectionOf(definition, issue.reason, [issue])
}

/** A sender is told the size of its own context, up to this many bytes or fields. */
const MAX_MEASURED = 2 ** 20

/** Unlike a receiver, which stops counting at the limit, a sender is told the size of its own context. */
function measured({ limits }: AnyDefinition, issue: CopyIssue, value: unknown): CopyIssue {
  if (issue.limit === undefined || issue.limit === 'maxDepth') return issue
  const { copy } = copyContext(value, { ...limits, maxBytes: MAX_MEASURED, maxFields: MAX_MEASURED })
  if (copy === undefined) return issue
  const json = new TextEncoder().encode(JSON.stringify(copy))
  const size = issue.limit === 'maxBytes' ? json.length : Object.keys(copy).length
  return tooLargeIssue(issue.limit, limits, size)
}

/** The schema, a getter or a proxy threw. What it threw is shown only where no field is sensitive. */
function unreadableError(definition: AnyDefinition, cause: unknown): ContextError {
  const { message, data } = rejectUnreadable(definition)
  return new ContextError('invalid', message, { data, ...(definition.sensitive.length === 0 && { cause }) })
}
