import { encodeContext } from './codec.js'
import type { AnyDefinition } from './context-definition.js'
import { type Fields, mergeFields, snapshotFields } from './fields.js'
import { andThen, isPromise, type MaybePromise } from './maybe-promise.js'
import type { RequestContext } from './wire.generated.js'

/** What a source function is told about the request that it is asked for. */
export interface ContextRequest {
  /** The JSON-RPC method, such as `tools/call`. */
  readonly method: string
  /** The params as the caller gave them. */
  readonly params: unknown
  /** The caller's signal, where the call has one. */
  readonly signal: AbortSignal | undefined
}

type Source = Fields | ((request: ContextRequest) => MaybePromise<unknown>)

/** The sources of a view, the earliest first. Never two objects side by side: those are one. */
export type Sources = readonly Source[]

/**
 * Adds a source to those of a view; its fields win over theirs. The fields are copied, so that what the caller does to
 * its own object later changes no view.
 *
 * @throws ContextError `invalid` for a source that is neither an object nor a function
 */
export function addSource(sources: Sources, source: unknown): Sources {
  if (typeof source === 'function') return [...sources, source as Source]
  const fields = snapshotFields(source)
  const last = sources.at(-1)
  return typeof last === 'object' ? [...sources.slice(0, -1), mergeFields([last, fields])] : [...sources, fields]
}

/**
 * Makes the context of one request: asks its sources, and encodes what they say. That is waited for no longer than the
 * caller waits.
 *
 * @param ready is called where there is a context, before it is encoded
 * @returns the context; `undefined` when no source has a field
 * @throws what a source, `ready` or the encoder throws
 */
export function contextOf(
  definition: AnyDefinition,
  sources: Sources,
  request: ContextRequest,
  ready: () => void,
): MaybePromise<RequestContext | undefined> {
  const context = andThen(ask(sources, request), (fields) => {
    if (fields === undefined) return undefined
    ready()
    return encodeContext(definition, fields)
  })
  return isPromise(context) ? untilAborted(context, request.signal) : context
}

/** What the sources say; `undefined` when none has a field. */
function ask(sources: Sources, request: ContextRequest): MaybePromise<Fields | undefined> {
  const only = sources[0]
  if (sources.length === 1 && typeof only === 'object') return unlessEmpty(only)
  const merged = (answers: readonly unknown[]) => unlessEmpty(mergeFields(answers))
  const answers = sources.map((source) => (typeof source === 'function' ? source(request) : source))
  return answers.some(isPromise) ? Promise.all(answers).then(merged) : merged(answers)
}

function unlessEmpty(fields: Fields): Fields | undefined {
  for (const name in fields) if (fields[name] !== undefined) return fields
  return undefined
}

/** Waits for a source no longer than the caller does. */
function untilAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return pending
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
