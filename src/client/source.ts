import type { AnyDefinition, ContextInput } from '../core/context-definition.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { ContextRequest } from '../core/sources.js'

export type { ContextRequest }

/** Some fields of a context; one that is `undefined` takes the field of an earlier source away. */
export type ContextFields<D extends AnyDefinition> = {
  readonly [F in keyof ContextInput<D>]?: ContextInput<D>[F] | undefined
}

/** What a source function returns. */
export type ContextAnswer<D extends AnyDefinition> = MaybePromise<ContextFields<D> | undefined>

/**
 * Where the fields of a context come from: the fields themselves, or a function that is asked once for each request and
 * may be asynchronous. What it throws rejects that one call, and nothing is sent. What it returns is checked for each
 * request; the fields themselves, which never change, once, unless the schema is asynchronous.
 *
 * It is asked again when the SDK sends the request again by itself: in a further round of `input_required`, after a
 * HeaderMismatch, and once an `authProvider` is authorized anew.
 *
 * `R` is what such a function returns: TypeScript lets a function return more members than its type has, so a misspelt
 * field would go unseen without it.
 */
export type ContextSource<D extends AnyDefinition, R = ContextAnswer<D>> =
  | ContextFields<D>
  | (((request: ContextRequest) => R) & KnownFields<D, Awaited<R>>)

type KnownFields<D extends AnyDefinition, Answer> = [UnknownField<D, Answer>] extends [never]
  ? unknown
  : { readonly unknownField: UnknownField<D, Answer> }

type UnknownField<D extends AnyDefinition, Answer> = Answer extends object
  ? Exclude<keyof Answer, keyof ContextInput<D>>
  : never
