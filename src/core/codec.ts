import { EXTENSION_ID } from './constants.js'
import type { AnyDefinition, ContextInput, ContextOutput } from './context-definition.js'
import { ContextError, type ContextRefusal, describeIssues } from './error.js'
import { type CopyFault, tooLarge } from './fault.js'
import { freeze } from './freeze.js'
import { issuesOf } from './issues.js'
import { cloneJson, copyContext } from './json-copy.js'
import { Walk } from './json-walk.js'
import { isPromise, type MaybePromise } from './maybe-promise.js'
import { type ContextProblem, refusal } from './problem.js'
import type { SchemaResult } from './standard-schema.js'
import type { ContextIssue, RequestContext } from './wire.generated.js'

/** What a received context came to. */
export type DecodedContext<Output> =
  | { readonly ok: true; readonly context: Output; readonly problem?: undefined }
  | { readonly ok: false; readonly problem: ContextProblem; readonly context?: undefined }

/**
 * Checks a context and makes the JSON object that travels: a copy of what the client gave, not what the schema makes
 * of it. A field that is `undefined` is left out.
 *
 * @returns the object for `params._meta[definition.key]`; a promise of it when the schema is asynchronous
 * @throws ContextError `invalid` for a field name or a value that JSON cannot carry or the schema refuses, with the path;
 *   `too_large` for a context over a limit, with the numbers
 * @example
 * const wire = await encodeContext(requestContext, { tenant: 'acme' })
 */
export function encodeContext<D extends AnyDefinition>(
  definition: D,
  value: ContextInput<D>,
): MaybePromise<RequestContext> {
  let copied: ReturnType<typeof copyContext>
  let checked: MaybePromise<SchemaResult<unknown>>
  try {
    copied = copyContext(value, definition.limits)
    if (copied.fault !== undefined) throw refusal(problemOf(definition, counted(definition, copied.fault, value)))
    checked = definition.schema['~standard'].validate(cloneJson(copied.copy))
  } catch (error) {
    throw error instanceof ContextError ? error : unreadable(definition, error)
  }
  const { copy } = copied
  const settle = (result: SchemaResult<unknown>): RequestContext => {
    if (result.issues === undefined) return copy
    throw refusal(problemOf(definition, { reason: 'invalid', issues: issuesOf(definition, copy, result.issues) }))
  }
  if (!isPromise(checked)) return settle(checked)
  return Promise.resolve(checked).then(settle, (error: unknown) => {
    throw unreadable(definition, error)
  })
}

/**
 * Checks a context that a peer sent and makes what the schema makes of it. Never throws on what a peer sent.
 *
 * @param raw the entry of `params._meta` under the definition's key; `undefined` where there is none
 * @returns the frozen context, or the problem with it; a promise of that when the schema is asynchronous
 * @example
 * const decoded = await decodeContext(requestContext, request.params._meta?.[requestContext.key])
 * if (decoded.ok) console.log(decoded.context.tenant)
 */
export function decodeContext<D extends AnyDefinition>(
  definition: D,
  raw: unknown,
): MaybePromise<DecodedContext<ContextOutput<D>>> {
  if (raw === undefined) return { ok: false, problem: missingProblem(definition) }
  try {
    const copied = copyContext(raw, definition.limits)
    if (copied.fault !== undefined) return { ok: false, problem: problemOf(definition, copied.fault) }
    const { copy } = copied
    const checked = definition.schema['~standard'].validate(cloneJson(copy))
    const settle = (result: SchemaResult<unknown>): DecodedContext<ContextOutput<D>> =>
      result.issues === undefined
        ? { ok: true, context: freeze(result.value) as ContextOutput<D> }
        : {
            ok: false,
            problem: problemOf(definition, { reason: 'invalid', issues: issuesOf(definition, copy, result.issues) }),
          }
    if (!isPromise(checked)) return settle(checked)
    return Promise.resolve(checked)
      .then(settle)
      .catch(() => unreadableByPeer(definition))
  } catch {
    return unreadableByPeer(definition)
  }
}

export function missingProblem(definition: AnyDefinition): ContextProblem {
  return problemOf(definition, { reason: 'missing', issues: [] })
}

/** The problem of a context that the header bound to a field contradicts; it shows neither value. */
export function mismatchProblem(definition: AnyDefinition, field: string, message: string): ContextProblem {
  return problemOf(definition, { reason: 'mismatch', issues: [{ path: [field], message }] })
}

function problemOf(
  definition: AnyDefinition,
  fault: CopyFault | { readonly reason: ContextRefusal; readonly issues: ContextIssue[] },
): ContextProblem {
  const { reason } = fault
  const found = 'issues' in fault ? fault.issues : [fault]
  const issues = found.map(({ path, message }) => ({ path: placeOf(definition, path), message }))
  const what =
    reason === 'missing'
      ? 'the request carries none; a client adds it with withContext()'
      : describeIssues(reason, issues)
  return {
    data: { extension: EXTENSION_ID, key: definition.key, reason, issues },
    reason,
    message: `${reason === 'missing' ? 'Missing' : 'Invalid'} request context ${definition.key}: ${what}`,
    issues,
  }
}

/** The names within a sensitive field are part of its value. */
function placeOf(definition: AnyDefinition, path: ContextIssue['path']): ContextIssue['path'] {
  return definition.sensitive.includes(String(path[0])) ? path.slice(0, 1) : path
}

/** A sender is told the size of its own context, up to this many bytes. */
const MOST_COUNTED = 2 ** 20

/** A receiver does not count past the limit. */
function counted(definition: AnyDefinition, fault: CopyFault, value: unknown): CopyFault {
  const fields = Object.entries(value as object).filter(([, field]) => field !== undefined)
  if (fault.limit === 'maxFields') return tooLarge('maxFields', definition.limits, fields.length)
  if (fault.limit !== 'maxBytes') return fault
  const walk = new Walk({ ...definition.limits, maxBytes: MOST_COUNTED })
  try {
    walk.context(value as object, value as object)
  } catch {
    return fault
  }
  return walk.fault === undefined ? tooLarge('maxBytes', definition.limits, walk.bytes) : fault
}

/** The schema, a getter or a proxy threw: refused, and what was thrown is shown only where nothing is sensitive. */
function unreadable(definition: AnyDefinition, cause: unknown): ContextError {
  const { problem } = unreadableByPeer(definition)
  return new ContextError('invalid', problem.message, {
    data: problem.data,
    ...(definition.sensitive.length === 0 && { cause }),
  })
}

function unreadableByPeer(definition: AnyDefinition): { ok: false; problem: ContextProblem } {
  const issues = [{ path: [], message: 'could not be read or checked' }]
  return { ok: false, problem: problemOf(definition, { reason: 'invalid', issues }) }
}
