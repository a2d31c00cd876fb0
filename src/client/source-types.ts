import type { AnyDefinition, ContextInput } from '../definition/types.js'
import type { MaybePromise } from '../shared/maybe-promise.js'

/** Some fields of a context. A field that is `undefined` removes the field of an earlier source. */
export type ContextFields<D extends AnyDefinition> = {
  readonly [F in keyof ContextInput<D>]?: ContextInput<D>[F] | undefined
}

/** What a source function returns. `undefined` is the same as no fields. */
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
