import { assertSupported } from '../capabilities/supported-contexts.js'
import { encodeContext, validateCopy } from '../codec/codec.js'
import { cloneJson, copyOrThrow } from '../codec/copy-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import type { RequestContext } from '../wire/types.generated.js'
import { askSources, assertFields, type ContextRequest, type Fields, type Source } from './sources.js'

/** The context of one definition, as a view sends it. It never changes: `withSource` makes the next one. */
export interface ViewContext {
  readonly definition: AnyDefinition
  readonly requireSupport: boolean
  /** The sources up to the last function. Those are called for each request. */
  readonly sources: readonly Source[]
  /** What was given as an object after them: a copy that nobody else has, unless there is an error. */
  readonly fields: Fields | undefined
  /** Whether the fields are certainly primitives, so that a shallow copy of them is a deep one. */
  readonly isFlat: boolean
  /** Why the fields cannot be copied. Each call says so. */
  readonly error: unknown
  /** Whether the schema has accepted the fields. They never change, so a static context is validated once. */
  isValid: boolean
}

/** Whether no source was given; `{}` counts as one. Messages are then sent as they are. */
export function isEmpty({ sources, fields }: ViewContext): boolean {
  return fields === undefined && sources.length === 0
}

/**
 * A context with one more source. Its fields win over those that are there (RC-022). What a client does to its own objects
 * later changes no view.
 *
 * @throws ContextError `invalid` for a source that is neither an object nor a function
 */
export function withSource(context: ViewContext, source: unknown): ViewContext {
  const { definition, requireSupport, sources, fields } = context
  if (typeof source === 'function') {
    const earlier = fields === undefined ? sources : [...sources, fields]
    return { ...context, sources: [...earlier, source as Source], fields: undefined, isFlat: false, isValid: false }
  }
  const isLiteral = source instanceof Object && Object.getPrototypeOf(source) === Object.prototype
  if (!isLiteral) assertFields(source)
  const merged = fields === undefined ? (source as Fields) : { ...fields, ...(source as Fields) }
  let copy: Fields = merged
  let isFlat = false
  let error: unknown
  try {
    const copied = copyOrThrow(definition, merged)
    copy = copied.copy
    isFlat = copied.isFlat === true
  } catch (thrown) {
    error = thrown
  }
  // A field that is `undefined` is not copied, but removes the field of a function.
  if (sources.length > 0) for (const name in merged) copy = { ...copy, [name]: copy[name] }
  return { definition, requireSupport, sources, fields: copy, isFlat, error, isValid: false }
}

/**
 * The encoded context of one request: a new object each time, because an in-memory transport hands it to the receiver.
 *
 * @param client its peer must support the context, if support is required
 * @returns `undefined` where no source has a context to give; a promise when a source or the schema is asynchronous
 * @throws what a source throws; ContextError as `encodeContext` does, and `unsupported`
 */
export function encodeFor(
  context: ViewContext,
  client: object,
  request: ContextRequest,
): MaybePromise<RequestContext | undefined> {
  const { definition, requireSupport, sources, fields, error } = context
  if (sources.length === 0) return encodeStatic(context, client)
  if (error !== undefined) throw error
  return andThen(askSources(fields === undefined ? sources : [...sources, fields], request), (asked) => {
    if (asked === undefined) return undefined
    if (requireSupport) assertSupported(client, definition.key)
    return encodeContext(definition, asked)
  })
}

/** `encodeFor` of a context that has no source function. */
export function encodeStatic(context: ViewContext, client: object): MaybePromise<RequestContext> {
  const { definition, requireSupport, error } = context
  const fields = context.fields as RequestContext
  if (requireSupport) assertSupported(client, definition.key)
  if (error !== undefined) throw error
  if (!context.isValid) {
    const validated = validateCopy(definition, fields)
    if (validated instanceof Promise) return validated
    context.isValid = true
  }
  return context.isFlat ? { ...fields } : cloneJson(fields)
}
