import { copyContext } from '../codec/copy-context.js'
import type { ContextLimits } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import { isObject } from '../shared/get-own.js'
import { isPromise, type MaybePromise } from '../shared/maybe-promise.js'
import { kindOf } from '../shared/printable.js'
import type { ContextRequest } from './source-types.js'

/** Some fields of a context, as one source gives them. */
export type Fields = Readonly<Record<string, unknown>>

type Source = Fields | ((request: ContextRequest) => MaybePromise<unknown>)

/** The sources of a view, the earliest first. Two objects never stand side by side: they are merged into one. */
export type Sources = readonly Source[]

/**
 * Adds a source to those of a view. Its fields win over theirs (RC-022). The fields are copied, so that what the caller
 * does to its own object later changes no view.
 *
 * @throws ContextError `invalid` for a source that is neither an object nor a function
 */
export function addSource(sources: Sources, source: unknown, limits: ContextLimits): Sources {
  if (typeof source === 'function') return [...sources, source as Source]
  const fields = snapshotFields(source, limits)
  const last = sources.at(-1)
  return typeof last === 'object' ? [...sources.slice(0, -1), mergeFields([last, fields])] : [...sources, fields]
}

/**
 * Asks the sources for the fields of one request, and merges what they give.
 *
 * @throws what a source throws; ContextError `invalid` when one returns something other than an object of fields
 */
export function askSources(sources: Sources, request: ContextRequest): MaybePromise<Fields> {
  const results = sources.map((source) => (typeof source === 'function' ? source(request) : source))
  return results.some(isPromise) ? Promise.all(results).then(mergeFields) : mergeFields(results)
}

/**
 * Merges the fields of several sources shallowly: the later wins (RC-022). A source that returned `undefined` has none.
 *
 * @throws ContextError `invalid` for a result that is not an object of fields
 */
function mergeFields(results: readonly unknown[]): Fields {
  let merged: Fields = {}
  // Spread, a field named `__proto__` stays a field, and the encoder rejects it. Assigned, it would set the prototype.
  for (const result of results) if (result !== undefined) merged = { ...merged, ...fieldsOf(result) }
  return merged
}

/**
 * Copies the fields that a client gave, so that what it does to its own objects later changes no view. A value that JSON
 * cannot carry, or that is over a limit, is kept as it is: the encoder rejects it.
 *
 * @throws ContextError `invalid` for a source that is not an object of fields
 */
function snapshotFields(source: unknown, limits: ContextLimits): Fields {
  const fields: Record<string, unknown> = { ...fieldsOf(source) }
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

function fieldsOf(source: unknown): Fields {
  if (isObject(source)) return source as Fields
  throw new ContextError(
    'invalid',
    `a context source is an object of fields or a function that returns one, not ${kindOf(source)}`,
  )
}
