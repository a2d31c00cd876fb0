import { copyContext } from '../codec/copy-context.js'
import type { AnyDefinition, ContextInput, ContextLimits } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import { isObject } from '../shared/get-own.js'
import { isPromise, type MaybePromise } from '../shared/maybe-promise.js'
import { kindOf } from '../shared/printable.js'

/** Some fields of a context. A field that is `undefined` removes the field of an earlier source. */
export type ContextFields<D extends AnyDefinition> = {
  readonly [F in keyof ContextInput<D>]?: ContextInput<D>[F] | undefined
}

/** What a source function returns. `undefined`: it has no context to give, not even an empty one. */
export type ContextSourceResult<D extends AnyDefinition> = MaybePromise<ContextFields<D> | undefined>

/** What a source function is told about the request. */
export interface ContextRequest {
  /** The JSON-RPC method, such as `tools/call`. */
  readonly method: string
  /** The params as the caller gave them. */
  readonly params: unknown
  /** The caller's signal, where the call has one. */
  readonly signal: AbortSignal | undefined
}

/**
 * Where the fields of a context come from: the fields themselves, or a function that is called once for each request and
 * may be asynchronous. When it fails, that one call rejects and nothing is sent. Its result is validated for each request.
 * Fields that are given as an object never change, so they are validated once, unless the schema is asynchronous.
 *
 * The function is called again when the SDK sends the request again by itself: in a further round of `input_required`,
 * after a HeaderMismatch, and after an `authProvider` has authorized anew (RC-021).
 *
 * `R` is what the function returns. It makes TypeScript report a misspelt field: otherwise a function may return more
 * members than its type has.
 */
export type ContextSource<D extends AnyDefinition, R = ContextSourceResult<D>> =
  | ContextFields<D>
  | (((request: ContextRequest) => R) & OnlyKnownFields<D, Awaited<R>>)

type OnlyKnownFields<D extends AnyDefinition, Result> = [UnknownField<D, Result>] extends [never]
  ? unknown
  : { readonly unknownField: UnknownField<D, Result> }

type UnknownField<D extends AnyDefinition, Result> = Result extends object
  ? Exclude<keyof Result, keyof ContextInput<D>>
  : never

/** Some fields of a context, as one source gives them. */
export type Fields = Readonly<Record<string, unknown>>

/** Where fields come from: the fields themselves, or a function. */
export type Source = Fields | ((request: ContextRequest) => MaybePromise<unknown>)

/**
 * Asks the sources for the fields of one request, and merges what they give.
 *
 * @throws what a source throws; ContextError `invalid` when one returns something other than an object of fields
 */
export function askSources(sources: readonly Source[], request: ContextRequest): MaybePromise<Fields | undefined> {
  const results = sources.map((source) => (typeof source === 'function' ? source(request) : source))
  return results.some(isPromise) ? Promise.all(results).then(mergeFields) : mergeFields(results)
}

/**
 * Merges the fields of several sources shallowly: the later wins (RC-022).
 *
 * @returns `undefined` where no source gave any, not even an empty object
 * @throws ContextError `invalid` for a result that is not an object of fields
 */
function mergeFields(results: readonly unknown[]): Fields | undefined {
  let merged: Fields | undefined
  // Spread, a field named `__proto__` stays a field, and the encoder rejects it. Assigned, it would set the prototype.
  for (const result of results) {
    if (result === undefined) continue
    if (!isObject(result)) throw notASource(result)
    merged = { ...merged, ...result }
  }
  return merged
}

/**
 * Copies the fields that a client gave, so that what it does to its own objects later changes no view. A value that JSON
 * cannot carry, or that is over a limit, is kept as it is: the encoder rejects it.
 *
 * @throws ContextError `invalid` for a source that is not an object of fields
 */
export function snapshotFields(source: unknown, limits: ContextLimits): Fields {
  if (!isObject(source)) throw notASource(source)
  const fields: Record<string, unknown> = { ...source }
  for (const name in fields) if (typeof fields[name] === 'object') fields[name] = snapshot(fields[name], limits)
  return fields
}

function snapshot(value: unknown, limits: ContextLimits): unknown {
  try {
    const { copy } = copyContext({ value }, limits) as { copy?: { value: unknown } }
    return copy === undefined ? value : copy.value
  } catch {
    // A getter or a proxy threw.
    return value
  }
}

function notASource(value: unknown): ContextError {
  return new ContextError('invalid', `a source is an object of fields or returns one, not ${kindOf(value)}`)
}
