import type { ContextCodec } from '../core/context-codec.js'
import type { AnyDefinition, ContextInput } from '../core/context-definition.js'
import type { Fields } from '../core/fields.js'
import { isPromise, type MaybePromise } from '../core/maybe-promise.js'

/** Some fields of a context; one that is `undefined` takes the field of an earlier source away. */
export type ContextFields<D extends AnyDefinition> = {
  readonly [F in keyof ContextInput<D>]?: ContextInput<D>[F] | undefined
}

/** What a source function is told about the request that it is asked for. */
export interface ContextRequest {
  /** The JSON-RPC method, such as `tools/call`. */
  readonly method: string
  /** The params as the caller gave them. */
  readonly params: unknown
  /** The caller's signal, where the call has one. */
  readonly signal: AbortSignal | undefined
}

/** What a source function returns. */
export type ContextAnswer<D extends AnyDefinition> = MaybePromise<ContextFields<D> | undefined>

/**
 * Where the fields of a context come from: the fields themselves, or a function that is asked once for each request and
 * may be asynchronous. What it throws rejects that one call, and nothing is sent.
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

type Source = Fields | ((request: ContextRequest) => MaybePromise<unknown>)

/** The sources of a view, the earliest first. Never two objects side by side: those are one. */
export type Sources = readonly Source[]

/**
 * Adds a source to those of a view; its fields win over theirs. The fields are copied, so that what the caller does to
 * its own object later changes no view.
 *
 * @throws ContextError `invalid` for a source that is neither an object nor a function
 */
export function addSource({ merge, snapshot }: ContextCodec, sources: Sources, source: unknown): Sources {
  if (typeof source === 'function') return [...sources, source as Source]
  const fields = snapshot(source)
  const last = sources.at(-1)
  return typeof last === 'object' ? [...sources.slice(0, -1), merge([last, fields])] : [...sources, fields]
}

/** Asks the sources for the context of one request; `undefined` when none has a field. */
export function contextOf(
  { merge }: ContextCodec,
  sources: Sources,
  request: ContextRequest,
): MaybePromise<Fields | undefined> {
  const only = sources[0]
  if (sources.length === 1 && typeof only === 'object') return unlessEmpty(only)
  const merged = (answers: readonly unknown[]) => unlessEmpty(merge(answers))
  const answers = sources.map((source) => (typeof source === 'function' ? source(request) : source))
  return answers.some(isPromise) ? Promise.all(answers).then(merged) : merged(answers)
}

function unlessEmpty(fields: Fields): Fields | undefined {
  for (const name in fields) if (fields[name] !== undefined) return fields
  return undefined
}
