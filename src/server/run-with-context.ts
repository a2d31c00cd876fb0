import { decodeContext, encodeContext } from '../codec/codec.js'
import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition, ContextInput } from '../definition/types.js'
import { rejectionError } from '../errors/rejection.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import { RequestScope, scopes } from './scope.js'

/**
 * Runs a function with a context, as if a request had carried it: for tests, jobs and scripts. Within another call, or
 * within a request, the contexts of other definitions stay.
 *
 * @param value the context as a client gives it
 * @returns what the function returns; a promise of it when the definition's schema is asynchronous
 * @throws ContextError `invalid` or `too_large` when `value` is not a context of the definition
 * @example
 * const answer = await runWithContext(requestContext, { tenant: 'acme' }, () => whoami())
 */
export function runWithContext<D extends AnyDefinition, T>(
  definition: D,
  value: ContextInput<D>,
  fn: () => T,
): MaybePromise<T> {
  assertDefinition(definition)
  return andThen(encodeContext(definition, value), (encoded) =>
    andThen(decodeContext(definition, encoded), (decoded) => {
      if (!decoded.ok) throw rejectionError(decoded.rejection)
      const outer = scopes.getStore()
      const others = outer?.definitions.filter(({ key }) => key !== definition.key) ?? []
      const meta = { ...(outer?.meta as object | undefined), [definition.key]: encoded }
      const scope = new RequestScope(undefined, meta, undefined, [...others, definition])
      for (const other of others) scope.set(other, outer?.peek(other) ?? null)
      scope.set(definition, decoded.context)
      return scopes.run(scope, fn)
    }),
  )
}
