import { isJsonObject } from '../codec/json-walk.js'
import type { AnyDefinition, ContextInput, FieldName, FieldValue } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import { andThen, isPromise, type MaybePromise, mapAll } from '../shared/maybe-promise.js'
import { kindOf } from '../shared/printable.js'

/** Some fields of a context. A field that is `undefined` removes the field of an earlier source. */
export type ContextFields<D extends AnyDefinition> = {
  readonly [F in FieldName<ContextInput<D>>]?: FieldValue<ContextInput<D>, F> | undefined
}

/** What a source function returns. `undefined`: it has no context to give, not even an empty one. */
export type ContextSourceResult<D extends AnyDefinition> = MaybePromise<ContextFields<D> | undefined>

/** What a source function is told about the request. */
export interface ContextRequest {
  /** The JSON-RPC method, such as `tools/call`. */
  readonly method: string
  /** The params as the caller gave them. */
  readonly params: unknown
  /** Aborts when the call ends before its context is there: by its signal, its timeout, or the end of the connection. */
  readonly signal: AbortSignal
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
export type ContextSource<D extends AnyDefinition, R = ContextSourceResult<D>> = [UnknownField<D, R>] extends [never]
  ? ContextFields<D> | ((request: ContextRequest) => R)
  : `the definition has no field "${UnknownField<D, R> & string}"`

/** `any` has every field, so it has none that is unknown. */
type UnknownField<D extends AnyDefinition, R, Result = Awaited<R>> = 0 extends 1 & Result
  ? never
  : Result extends object
    ? Exclude<keyof Result, FieldName<ContextInput<D>>>
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
  const ask = (source: Source) => (typeof source === 'function' ? source(request) : source)
  return andThen(mapAll(sources, ask), mergeFields)
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
    assertFields(result)
    merged = { ...merged, ...result }
  }
  return merged
}

/**
 * Checks that a value is an object of fields. A promise, a `Map` and an array are objects, and have no fields.
 *
 * @throws ContextError `invalid`
 */
export function assertFields(value: unknown): asserts value is Fields {
  if (isJsonObject(value) && !isPromise(value)) return
  const kind = kindOf(value)
  throw new ContextError(
    'invalid',
    `a source is an object of fields or a function that returns one, not of type ${kind}`,
  )
}
