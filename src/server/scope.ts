import { AsyncLocalStorage } from 'node:async_hooks'
import { SCOPES } from '../core/ambient.js'
import { codecOf } from '../core/codec-of.js'
import type { AnyDefinition, ContextOutput } from '../core/context-definition.js'
import { ContextError } from '../core/error.js'
import { isPromise } from '../core/maybe-promise.js'
import { own } from '../core/own.js'
import { refusal } from '../core/problem.js'
import type { MessageExtra } from './http-request.js'

/** One request while it is handled: its `_meta`, and the contexts in it. */
export class RequestScope {
  /** The contexts of the installed definitions; `null` for one that was refused where that could not be answered. */
  readonly #installed: (object | null | undefined)[]
  /** Those of others, as far as they were read. */
  #others: Map<AnyDefinition, object | null> | undefined

  constructor(
    /** The message, to know it by where it passes its gate twice. */
    readonly message: unknown,
    readonly meta: unknown,
    readonly extra: MessageExtra | undefined,
    /** The definitions that are installed. */
    readonly definitions: readonly AnyDefinition[],
    /** The gate that opened it, if one did: another one has rules of its own. */
    readonly gate?: object,
  ) {
    // Of its final length: one that grows gets room for seventeen.
    this.#installed = new Array(definitions.length)
  }

  /** Node before 24 shows the store of an AsyncLocalStorage on every promise: no context is to be seen there. */
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

  /** The context of a definition, as far as it was set. */
  peek(definition: AnyDefinition): object | null | undefined {
    const index = this.definitions.indexOf(definition)
    return index >= 0 ? this.#installed[index] : this.#others?.get(definition)
  }

  /** The context of a definition; one that is not installed is read from the same `_meta`, once. */
  get<D extends AnyDefinition>(definition: D): ContextOutput<D> {
    let context = this.peek(definition)
    if (context === undefined) {
      context = decodeNow(definition, own(this.meta, definition.key)) as object
      this.set(definition, context)
    }
    if (context === null) throw refusal(codecOf(definition).missing(definition))
    return context as ContextOutput<D>
  }
}

/**
 * The scope of the request being handled. One for the whole process: the ESM and the CommonJS copy of this package, and
 * two copies of one version, meet in it.
 */
export const scopes: AsyncLocalStorage<RequestScope> = sharedStorage()

function sharedStorage(): AsyncLocalStorage<RequestScope> {
  const shared = globalThis as { [SCOPES]?: AsyncLocalStorage<RequestScope> }
  shared[SCOPES] ??= new AsyncLocalStorage()
  return shared[SCOPES]
}

/**
 * The context of the request being handled, wherever below the handler this is called.
 *
 * @returns what the definition's schema makes of the context; it is frozen
 * @throws ContextError `outside_request` where no request is being handled, `missing` where the request carries no such
 *   context, `invalid` or `too_large` where it is none of this definition (one that is not installed)
 * @example
 * const { tenant } = getContext(requestContext)
 */
export function getContext<D extends AnyDefinition>(definition: D): ContextOutput<D> {
  return currentScope('getContext()').get(definition)
}

/** The context of the request being handled, like {@link getContext}, or `undefined` where that throws. */
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
  const meta = own(own(extra, 'mcpReq'), '_meta') ?? own(extra, '_meta')
  const raw = own(meta, definition.key)
  const scope = scopes.getStore()
  return own(scope?.meta, definition.key) === raw && scope !== undefined
    ? scope.get(definition)
    : decodeNow(definition, raw)
}

/** The scope of the request being handled, for a function that a user calls by `name`. */
export function currentScope(name: string): RequestScope {
  const scope = scopes.getStore()
  if (scope !== undefined) return scope
  throw new ContextError(
    'outside_request',
    `${name} was called where no MCP request is being handled: call it below a handler of a server with installContext(), or within runWithContext()`,
  )
}

function decodeNow<D extends AnyDefinition>(definition: D, raw: unknown): ContextOutput<D> {
  const decoded = codecOf(definition).decode(definition, raw)
  if (isPromise(decoded)) {
    throw new ContextError(
      'invalid_definition',
      `the schema of ${definition.key} is asynchronous, so its context is read only where the definition was installed with installContext()`,
    )
  }
  if (!decoded.ok) throw refusal(decoded.problem)
  return decoded.context
}
