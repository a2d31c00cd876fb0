import { AsyncLocalStorage } from 'node:async_hooks'
import { decodeContext, encodeContext } from '../codec/codec.js'
import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition, ContextInput, ContextOutput } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import { invalidDefinition } from '../errors/invalid-definition.js'
import { rejectionError, rejectMissing } from '../errors/rejection.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { andThen, isPromise, type MaybePromise } from '../shared/maybe-promise.js'
import { type ScopeStorage, scopeStorage } from '../shared/outside-requests.js'
import { sharedEntry } from '../shared/registry.js'
import type { IncomingMessage, MessageExtra } from './types.js'

/** One request while it is handled: its message, and the contexts in it. */
export interface RequestScope {
  /** Lets the middleware recognize a message that passes it twice. */
  readonly message: IncomingMessage | undefined
  /** The `_meta` of the message. */
  readonly meta: unknown
  readonly extra: MessageExtra | undefined
  /** Those that are installed, or that `runWithContext` was given. */
  readonly definitions: readonly AnyDefinition[]
  /** The one that opened the scope, if one did: another has policies of its own. */
  readonly middleware: object | undefined
  /** The contexts of the definitions, where the request has one that was accepted. */
  readonly contexts: unknown[]
}

/** Node before 24 shows the store of an AsyncLocalStorage on every promise. No context is to be seen there. */
const INSPECT = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom')

const inspect = () => 'RequestScope {}'

/** Makes the scope of a request. */
export function createScope<M extends IncomingMessage | undefined>(
  message: M,
  meta: unknown,
  extra: MessageExtra | undefined,
  definitions: readonly AnyDefinition[],
  contexts: unknown[],
  middleware?: object,
): RequestScope & { readonly message: M } {
  return { message, meta, extra, definitions, contexts, middleware, [INSPECT]: inspect } as never
}

/**
 * The context of a definition, if the request has one that was accepted.
 *
 * @throws ContextError `not_installed` for a definition that nobody checked this request with
 */
export function findContext(scope: RequestScope, definition: AnyDefinition): object | undefined {
  const index = scope.definitions.indexOf(definition)
  if (index >= 0) return (scope.contexts[index] ?? undefined) as object | undefined
  const outer = checkedBefore.get(scope.message as object)
  if (outer === undefined || outer === scope) throw notInstalledError(definition)
  return findContext(outer, definition)
}

/** The same, where it has to be there. */
function contextIn<D extends AnyDefinition>(scope: RequestScope, definition: D): ContextOutput<D> {
  const context = findContext(scope, definition)
  if (context === undefined) throw rejectionError(rejectMissing(definition))
  return context as ContextOutput<D>
}

/** The scopes of messages that `contextTransport` checked: a message can pass a second transport in the same process. */
export const checkedBefore = /* @__PURE__ */ sharedEntry('checked', () => new WeakMap<object, RequestScope>())

/** The scope of the request at hand. All copies of this package share one storage. */
export const scopes: ScopeStorage<RequestScope> = scopeStorage<RequestScope>(() => new AsyncLocalStorage())

/**
 * The context of the request at hand, anywhere below its handler.
 *
 * @returns what the definition's schema makes of the context; it is frozen
 * @throws ContextError `missing` where the request carries no such context; `not_installed` for a definition that is
 *   neither installed on this server nor given by `runWithContext`; `outside_request` where no request is being handled
 * @example
 * const { tenant } = getContext(requestContext)
 */
export function getContext<D extends AnyDefinition>(definition: D): ContextOutput<D> {
  const scope = scopes.getStore()
  if (scope !== undefined) return contextIn(scope, definition)
  assertDefinition(definition)
  throw outsideRequestError('getContext()')
}

/**
 * The context of the request at hand, as {@link getContext} returns it, or `undefined` where that throws.
 *
 * @throws ContextError `invalid_definition` for what is no definition
 */
export function tryGetContext<D extends AnyDefinition>(definition: D): ContextOutput<D> | undefined {
  assertDefinition(definition)
  try {
    const scope = scopes.getStore()
    return scope && contextIn(scope, definition)
  } catch {
    return undefined
  }
}

/**
 * The context out of a handler's second argument: `extra` in SDK 1.x, `ctx` in 2.x. It needs no ambient state. For a
 * request other than the one at hand, it validates the context by the schema alone: it compares no HTTP header.
 *
 * @returns the same as {@link getContext} in that handler
 * @throws ContextError as `getContext` does in that handler; `invalid` or `too_large` for another request;
 *   `invalid_definition` for any other argument
 * @example
 * server.registerTool('whoami', {}, (extra) => reply(readContext(requestContext, extra).tenant))
 */
export function readContext<D extends AnyDefinition>(definition: D, extra: object): ContextOutput<D> {
  assertDefinition(definition)
  const request = getOwn(extra, 'mcpReq') ?? extra
  if (!isObject(request) || !Object.hasOwn(request, '_meta')) {
    throw invalidDefinition(
      "readContext() takes the handler's last argument: extra in SDK 1.x, ctx in 2.x. Where there is none, use getContext()",
    )
  }
  const raw = getOwn(getOwn(request, '_meta'), definition.key)
  const scope = scopes.getStore()
  const isAtHand = scope !== undefined && getOwn(scope.meta, definition.key) === raw
  return isAtHand ? contextIn(scope, definition) : decodeNow(definition, raw)
}

/**
 * Runs a function with a context, as if a request had carried it: for tests, jobs and scripts. Within another call, or
 * within a request, the contexts of other definitions stay.
 *
 * @param value the context as a client gives it
 * @returns what the function returns; a promise of it when the definition's schema is asynchronous
 * @throws ContextError `missing` without a value; `invalid` or `too_large` when it is not a context of the definition;
 *   `invalid_definition` without a definition or a function
 * @example
 * const answer = await runWithContext(requestContext, { tenant: 'acme' }, () => whoami())
 */
export function runWithContext<D extends AnyDefinition, T>(
  definition: D,
  value: ContextInput<D>,
  fn: () => T,
): MaybePromise<T> {
  assertDefinition(definition)
  if (typeof fn !== 'function') throw invalidDefinition('runWithContext() takes a definition, a context and a function')
  if (value === undefined) {
    throw new ContextError(
      'missing',
      `runWithContext() was given no context of ${definition.key}: pass its fields, or {}`,
    )
  }
  return andThen(encodeContext(definition, value), (encoded) =>
    andThen(decodeContext(definition, encoded), (decoded) => {
      if (!decoded.ok) throw rejectionError(decoded.rejection)
      const outer = scopes.getStore()
      const others = outer?.definitions.filter(({ key }) => key !== definition.key) ?? []
      const meta = { ...(outer?.meta as object | undefined), [definition.key]: encoded }
      const contexts = [...others.map((other) => outer && findContext(outer, other)), decoded.context]
      const definitions = [...others, definition]
      const scope = createScope(undefined, meta, undefined, definitions, contexts)
      return scopes.run(scope, fn)
    }),
  )
}

/** The error of a function that was called where no request is being handled. */
export function outsideRequestError(caller: string): ContextError {
  return new ContextError(
    'outside_request',
    `${caller} was called outside a request, or no context is installed: call installContext() before connect(), or runWithContext()`,
  )
}

function notInstalledError(definition: AnyDefinition): ContextError {
  assertDefinition(definition)
  return new ContextError(
    'not_installed',
    `this definition of ${definition.key} is not installed: call installContext() before connect(), or runWithContext()`,
  )
}

function decodeNow<D extends AnyDefinition>(definition: D, raw: unknown): ContextOutput<D> {
  const decoded = decodeContext(definition, raw)
  if (isPromise(decoded)) {
    throw invalidDefinition(
      `the schema of ${definition.key} is asynchronous: its context can be read only where it was installed with installContext()`,
    )
  }
  if (!decoded.ok) throw rejectionError(decoded.rejection)
  return decoded.context
}
