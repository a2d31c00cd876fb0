import { assertSupported } from '../capabilities/supported-contexts.js'
import { encodeContext } from '../codec/codec.js'
import { cloneJson, copyContext } from '../codec/copy-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import type { RequestContext } from '../wire/types.generated.js'
import { askSources, type ContextRequest, type Fields, type Source, snapshotFields } from './sources.js'

/** The context of one definition, as a view sends it. It never changes: `with` makes a new one. */
export class ViewContext {
  readonly definition: AnyDefinition
  /** True until a source is given; `{}` counts as one. Messages are then sent as they are. */
  readonly isEmpty: boolean
  /** Whether a source function is called for each request. */
  readonly isDynamic: boolean
  readonly #requireSupport: boolean
  /** The sources up to the last function. */
  readonly #sources: readonly Source[]
  /** What was given as an object after them. */
  readonly #fields: Fields | undefined
  /** Whether the schema has accepted the fields of a static context. They never change, so they are validated once. */
  #isValid = false
  /** Their encoded form, from the second request on: a view that is made for one request never needs it. */
  #encoded: RequestContext | undefined

  constructor(
    definition: AnyDefinition,
    requireSupport: boolean,
    sources: readonly Source[],
    fields: Fields | undefined,
  ) {
    this.definition = definition
    this.isEmpty = fields === undefined && sources.length === 0
    this.isDynamic = sources.length > 0
    this.#requireSupport = requireSupport
    this.#sources = sources
    this.#fields = fields
  }

  /**
   * The same with one more source. Its fields win over those that are there (RC-022).
   *
   * @throws ContextError `invalid` for a source that is neither an object nor a function
   */
  with(source: unknown): ViewContext {
    let sources = this.#sources
    let fields = this.#fields
    if (typeof source === 'function') {
      sources = fields === undefined ? [...sources, source as Source] : [...sources, fields, source as Source]
      fields = undefined
    } else {
      const given = snapshotFields(source, this.definition.limits)
      fields = fields === undefined ? given : { ...fields, ...given }
    }
    return new ViewContext(this.definition, this.#requireSupport, sources, fields)
  }

  /**
   * The encoded context of one request: a new object each time, because an in-memory transport hands it to the receiver.
   *
   * @param client its peer must support the context, if support is required
   * @returns `undefined` where no source has a context to give; a promise when a source or the schema is asynchronous
   * @throws what a source throws; ContextError as `encodeContext` does, and `unsupported`
   */
  encode(client: object, request: ContextRequest): MaybePromise<RequestContext | undefined> {
    if (!this.isDynamic) return this.encodeStatic(client)
    const sources = this.#fields === undefined ? this.#sources : [...this.#sources, this.#fields]
    return andThen(askSources(sources, request), (fields) => {
      if (fields === undefined) return undefined
      if (this.#requireSupport) assertSupported(client, this.definition.key)
      return encodeContext(this.definition, fields)
    })
  }

  /** `encode` of a context that has no source function. */
  encodeStatic(client: object): MaybePromise<RequestContext> {
    if (this.#requireSupport) assertSupported(client, this.definition.key)
    const fields = this.#fields as Fields
    if (this.#isValid) {
      this.#encoded ??= copyContext(fields, this.definition.limits).copy as RequestContext
      return cloneJson(this.#encoded)
    }
    const context = encodeContext(this.definition, fields)
    this.#isValid = !(context instanceof Promise)
    return context
  }
}
