import type { AnyDefinition, ContextInput, ContextOutput, SchemaResult } from '../definition/types.js'
import {
  type ContextRejection,
  outgoingError,
  rejectionOf,
  rejectMissing,
  rejectUnreadable,
} from '../errors/rejection.js'
import { issuesFromSchema, type SchemaIssue } from '../errors/schema-issues.js'
import type { MaybePromise } from '../shared/maybe-promise.js'
import type { RequestContext } from '../wire/types.generated.js'
import { copyContext, copyOrThrow, deepFreeze, rejectIssue, unreadableError } from './copy-context.js'
import { rememberSecrets } from './redact-context.js'
import { validate } from './validate.js'

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
  return validateCopy(definition, copyOrThrow(definition, value).copy)
}

/**
 * Validates a context that was copied.
 *
 * @returns `copy`; a promise of it when the schema is asynchronous
 * @throws ContextError `invalid`
 */
export function validateCopy(definition: AnyDefinition, copy: RequestContext): MaybePromise<RequestContext> {
  let result: MaybePromise<SchemaResult<unknown>>
  try {
    result = validate(definition.schema, copy)
  } catch (error) {
    throw unreadableError(definition, error)
  }
  if (!('then' in result)) return result.issues === undefined ? copy : throwRejected(definition, copy, result.issues)
  return Promise.resolve(result).then(
    ({ issues }) => (issues === undefined ? copy : throwRejected(definition, copy, issues)),
    (error) => {
      throw unreadableError(definition, error)
    },
  )
}

function throwRejected(definition: AnyDefinition, context: RequestContext, issues: readonly SchemaIssue[]): never {
  const rejection = rejectBySchema(definition, context, issues)
  const isWithin = rejection.issues.some(({ path }) => path.length > 1)
  throw outgoingError(rejection, isWithin ? '; a later source replaces a field as a whole' : '')
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
    // In memory, a peer can hand over what JSON drops.
    for (const symbol of Object.getOwnPropertySymbols(copy)) delete (copy as Record<symbol, unknown>)[symbol]
    const result = validate(definition.schema, copy)
    return 'then' in result ? settleDecoded(definition, copy, result) : decodedOf(definition, copy, result)
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
    return decodedOf(definition, copy, await pending)
  } catch {
    return rejected(rejectUnreadable(definition))
  }
}

function decodedOf<D extends AnyDefinition>(
  definition: D,
  input: RequestContext,
  result: SchemaResult<unknown>,
): DecodedContext<ContextOutput<D>> {
  if (result.issues !== undefined) return rejected(rejectBySchema(definition, input, result.issues))
  const context = deepFreeze(result.value) as ContextOutput<D>
  if (definition.sensitive.length > 0) rememberSecrets(definition, input, context)
  return { ok: true, context }
}

function rejectBySchema(
  definition: AnyDefinition,
  context: RequestContext,
  issues: readonly SchemaIssue[],
): ContextRejection {
  return rejectionOf(definition, 'invalid', issuesFromSchema(definition, context, issues))
}

function rejected(rejection: ContextRejection): { readonly ok: false; readonly rejection: ContextRejection } {
  return { ok: false, rejection }
}
