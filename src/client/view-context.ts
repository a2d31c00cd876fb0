import { assertSupported } from '../capabilities/supported-contexts.js'
import { encodeContext, validateCopy } from '../codec/codec.js'
import { cloneJson, copyContext } from '../codec/copy-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import type { RequestContext } from '../wire/types.generated.js'
import { askSources, assertFields, type ContextRequest, type Fields, type Source, snapshotFields } from './sources.js'

/** The context of one definition, as a view sends it. It never changes: `withSource` makes the next one. */
export interface ViewContext {
  readonly definition: AnyDefinition
  readonly requireSupport: boolean
  /** The sources up to the last function. Those are called for each request. */
  readonly sources: readonly Source[]
  /** What was given as an object after them. */
  readonly fields: Fields | undefined
  /** Whether `fields` is a copy that JSON can carry, within the limits, and that nobody else has. */
  readonly isCopied: boolean
  /** Whether the schema has accepted that copy. It never changes, so it is validated once. */
  isValid: boolean
}

/** Whether no source was given; `{}` counts as one. Messages are then sent as they are. */
export function isEmpty({ sources, fields }: ViewContext): boolean {
  return fields === undefined && sources.length === 0
}

/**
 * A context with one more source. Its fields win over those that are there (RC-022).
 *
 * @throws ContextError `invalid` for a source that is neither an object nor a function
 */
export function withSource(context: ViewContext, source: unknown): ViewContext {
  const { definition, requireSupport, sources, fields } = context
  if (typeof source === 'function') {
    const earlier = fields === undefined ? sources : [...sources, fields]
    const all = [...earlier, source as Source]
    return { definition, requireSupport, sources: all, fields: undefined, isCopied: false, isValid: false }
  }
  if (fields !== undefined) assertFields(source)
  const merged = fields === undefined ? source : { ...fields, ...(source as Fields) }
  const copy = sources.length > 0 ? undefined : tryCopy(merged, definition)
  const given = copy ?? { ...fields, ...snapshotFields(source, definition) }
  return { definition, requireSupport, sources, fields: given, isCopied: copy !== undefined, isValid: false }
}

/** A context that cannot be copied is kept: each call says what is wrong with it. */
function tryCopy(fields: unknown, { limits }: AnyDefinition): RequestContext | undefined {
  try {
    return copyContext(fields, limits).copy
  } catch {
    // A getter or a proxy threw.
    return undefined
  }
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
  const { definition, requireSupport, sources, fields } = context
  if (sources.length === 0) return encodeStatic(context, client)
  return andThen(askSources(fields === undefined ? sources : [...sources, fields], request), (asked) => {
    if (asked === undefined) return undefined
    if (requireSupport) assertSupported(client, definition.key)
    return encodeContext(definition, asked)
  })
}

/** `encodeFor` of a context that has no source function. */
export function encodeStatic(context: ViewContext, client: object): MaybePromise<RequestContext> {
  const { definition, requireSupport, isCopied } = context
  const fields = context.fields as RequestContext
  if (requireSupport) assertSupported(client, definition.key)
  if (!isCopied) return encodeContext(definition, fields)
  if (!context.isValid) {
    const validated = validateCopy(definition, fields)
    if (validated instanceof Promise) return validated
    context.isValid = true
  }
  return cloneJson(fields)
}
