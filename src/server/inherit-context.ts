import { codecOf } from '../core/codec-of.js'
import type { AnyDefinition, ContextInput } from '../core/context-definition.js'
import { ContextError } from '../core/error.js'
import { isFieldName } from '../core/field-name.js'
import { freeze } from '../core/freeze.js'
import { cloneJson } from '../core/json-copy.js'
import { own } from '../core/own.js'
import { quote } from '../core/quote.js'
import { type RequestScope, scopes } from './scope.js'

/** The fields of a request's context as its client gave them; `undefined` for one that it did not give. */
export type InheritedContext<D extends AnyDefinition, F extends keyof ContextInput<D>> = {
  readonly [K in F]: ContextInput<D>[K] | undefined
}

/**
 * A source for the client of a gateway, which is a server and a client at once: it takes the named fields, and no
 * others, out of the context of the request being handled. The client is asked for its context with each call, so one
 * view serves all requests. Name no field that was issued for this server alone, such as its token.
 *
 * Fields are passed on as they came, not as the definition's schema made them, so the server behind can parse them again.
 *
 * Within a request, a named field is that of the request or none: where the request does not have it, a field of an
 * earlier source is taken away. Outside a request, as for a job or for what is listed at the start, nothing is
 * inherited and earlier sources stay. What must not be done without a context is for the server behind to `require`.
 *
 * Connect through a view, or outside of requests: Node runs what a connection brings later, such as sampling that the
 * server behind asks for, as part of the request that opened it. A view connects as part of none.
 *
 * @returns a function for `withContext`, or to be called in a source of one's own: frozen fields, or `undefined` outside a
 *   request. It throws a ContextError `invalid_definition` where a definition whose schema is asynchronous is not installed
 * @throws ContextError `invalid_definition` for a list that is empty, or has a field twice or one that the definition does
 *   not have, as far as its JSON Schema tells
 * @example
 * const downstream = client.withContext(inheritContext(requestContext, ['tenant', 'locale']))
 */
export function inheritContext<D extends AnyDefinition, F extends keyof ContextInput<D> & string>(
  definition: D,
  fields: readonly F[],
): () => InheritedContext<D, F> | undefined {
  const names = checkFields(definition, fields)
  return () => {
    const scope = scopes.getStore()
    if (scope === undefined) return undefined
    const raw = isAdmitted(definition, scope) ? own(scope.meta, definition.key) : undefined
    return freeze(Object.fromEntries(names.map((name) => [name, cloneJson(own(raw, name))]))) as InheritedContext<D, F>
  }
}

/** What a peer sent and is no context of the definition is as good as none; what the programmer did is told. */
function isAdmitted(definition: AnyDefinition, scope: RequestScope): boolean {
  try {
    scope.get(definition)
    return true
  } catch (error) {
    if (error instanceof ContextError && error.code === 'invalid_definition') throw error
    return false
  }
}

function checkFields(definition: AnyDefinition, fields: unknown): readonly string[] {
  const known = codecOf(definition).fields(definition)
  if (!Array.isArray(fields) || fields.length === 0) throw refuse("name the fields, such as ['tenant']")
  for (const [index, field] of fields.entries()) {
    if (typeof field !== 'string' || !isFieldName(field)) throw refuse(`${quote(field)} is not a field name`)
    if (fields.indexOf(field) !== index) throw refuse(`${quote(field)} is there twice`)
    if (known?.includes(field) === false) {
      throw refuse(`there is no field ${quote(field)}; there are ${known.join(', ')}`)
    }
  }
  return [...fields]
}

function refuse(message: string): ContextError {
  return new ContextError('invalid_definition', `inheritContext: ${message}`)
}
