import { AsyncLocalStorage } from 'node:async_hooks'
import { decodeContext } from '../codec/codec.js'
import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition, ContextOutput } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import { invalidDefinition } from '../errors/invalid-definition.js'
import { rejectionError, rejectMissing } from '../errors/rejection.js'
import { getOwn } from '../shared/get-own.js'
import { isPromise } from '../shared/maybe-promise.js'
import { type ScopeStorage, scopeStorage } from '../shared/outside-requests.js'
import type { MessageExtra } from './types.js'

/** One request while it is handled: its message, and the contexts in it. */
export class RequestScope {
  /** The contexts of the installed definitions; `null` for one that was rejected and could not be answered. */
  readonly #installed: (object | null | undefined)[]
  /** The contexts of other definitions that were read. */
  #others: Map<AnyDefinition, object | null> | undefined

  /**
   * @param message lets the middleware recognize a message that passes it twice
   * @param meta its `_meta`
   * @param definitions the installed ones
   * @param middleware the one that opened the scope, if one did: another has policies of its own
   */
  constructor(
    readonly message: unknown,
    readonly meta: unknown,
    readonly extra: MessageExtra | undefined,
    readonly definitions: readonly AnyDefinition[],
    readonly middleware?: object,
  ) {
    // Of its final length: V8 gives an array that grows room for 17 items.
    this.#installed = new Array(definitions.length)
  }

  /** Node before 24 shows the store of an AsyncLocalStorage on every promise. No context is to be seen there. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'RequestScope {}'
  }

  set(definition: AnyDefinition, context: object | null): void {
    const index = this.definitions.indexOf(definition)
    if (index >= 0) this.#installed[index] = context
    else {
      this.#others ??= new Map()
      this.#others.set(definition, context)
    }
  }

  /** The context of a definition, if it was set. */
  peek(definition: AnyDefinition): object | null | undefined {
    const index = this.definitions.indexOf(definition)
    return index >= 0 ? this.#installed[index] : this.#others?.get(definition)
  }

  /** The context of a definition. One that is not installed is read from the same `_meta`, once. */
  get<D extends AnyDefinition>(definition: D): ContextOutput<D> {
    let context = this.peek(definition)
    if (context === undefined) {
      context = decodeNow(definition, getOwn(this.meta, definition.key)) as object
      this.set(definition, context)
    }
    if (context === null) throw rejectionError(rejectMissing(definition))
    return context as ContextOutput<D>
  }
}

/** The scope of the request at hand. All copies of this package share one storage. */
export const scopes: ScopeStorage<RequestScope> = scopeStorage<RequestScope>(() => new AsyncLocalStorage())

/**
 * The context of the request at hand, anywhere below its handler.
 *
 * @returns what the definition's schema makes of the context; it is frozen
 * @throws ContextError `outside_request` where no request is being handled; `missing` where the request carries no such
 *   context; `invalid` or `too_large` where a definition that is not installed rejects it
 * @example
 * const { tenant } = getContext(requestContext)
 */
export function getContext<D extends AnyDefinition>(definition: D): ContextOutput<D> {
  const scope = scopes.getStore()
  if (scope === undefined) throw outsideRequestError('getContext()')
  return scope.get(definition)
}

/** The context of the request at hand, as {@link getContext} returns it, or `undefined` where that throws. */
export function tryGetContext<D extends AnyDefinition>(definition: D): ContextOutput<D> | undefined {
  try {
    return scopes.getStore()?.get(definition)
  } catch {
    return undefined
  }
}

/**
 * The context out of a handler's second argument, without ambient state: `extra` in SDK 1.x, `ctx` in 2.x.
 *
 * @returns the same as {@link getContext} in that handler
 * @throws ContextError `missing`, `invalid` or `too_large`
 * @example
 * server.registerTool('whoami', {}, (extra) => reply(readContext(requestContext, extra).tenant))
 */
export function readContext<D extends AnyDefinition>(definition: D, extra: object): ContextOutput<D> {
  const meta = getOwn(getOwn(extra, 'mcpReq'), '_meta') ?? getOwn(extra, '_meta')
  const raw = getOwn(meta, definition.key)
  const scope = scopes.getStore()
  const isAtHand = scope !== undefined && getOwn(scope.meta, definition.key) === raw
  return isAtHand ? scope.get(definition) : decodeNow(definition, raw)
}

/** The error of a function that was called where no request is being handled. */
export function outsideRequestError(caller: string): ContextError {
  return new ContextError(
    'outside_request',
    `${caller} was called where no MCP request is being handled: call it below a handler of a server with installContext(), or within runWithContext()`,
  )
}

function decodeNow<D extends AnyDefinition>(definition: D, raw: unknown): ContextOutput<D> {
  assertDefinition(definition)
  const decoded = decodeContext(definition, raw)
  if (isPromise(decoded)) {
    throw invalidDefinition(
      `the schema of ${definition.key} is asynchronous: its context can be read only where it was installed with installContext()`,
    )
  }
  if (!decoded.ok) throw rejectionError(decoded.rejection)
  return decoded.context
}
