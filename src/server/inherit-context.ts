import { cloneJson, deepFreeze } from '../codec/copy-context.js'
import { assertDefinition } from '../definition/define-context.js'
import { schemaFields } from '../definition/schema-fields.js'
import type { AnyDefinition, ContextInput, FieldName, FieldValue } from '../definition/types.js'
import type { ContextError } from '../errors/context-error.js'
import { invalidDefinition } from '../errors/invalid-definition.js'
import { getOwn } from '../shared/get-own.js'
import { quote } from '../shared/printable.js'
import { isFieldName } from '../wire/names.js'
import { findContext, scopes } from './scope.js'

/** The fields of a request's context as its client gave them; `undefined` for one that it did not give. */
export type InheritedContext<
  D extends AnyDefinition,
  F extends FieldName<ContextInput<D>> = FieldName<ContextInput<D>>,
> = [F] extends [keyof ContextInput<D>]
  ? { readonly [K in keyof Pick<ContextInput<D>, F & keyof ContextInput<D>>]: ContextInput<D>[K] | undefined }
  : { readonly [K in F]: FieldValue<ContextInput<D>, K> | undefined }

/**
 * A source for the client of a gateway, which is a server and a client at once. It takes the named fields, and no others,
 * out of the context of the request at hand. The client asks it with each call, so one view serves all requests. Do not
 * name a field that was issued for this server alone, such as its token: give the server behind a token of the gateway's
 * own, by a further source.
 *
 * `'all'` takes every field of the definition, its sensitive ones too. Where the schema does not list its fields, it takes
 * every field that the client gave.
 *
 * Fields are passed on as they came, not as the definition's schema made them, so that the server behind can parse them
 * again.
 *
 * Within a request, a named field is the request's or none: where the request does not have it, a field of an earlier
 * source is removed. If that leaves no field, an empty context is sent: the schema of the server behind says which fields
 * must be there, since an empty context satisfies its `required`. Outside a request, as for a job or for a listing at the
 * start, nothing is inherited and earlier sources stay.
 *
 * Connect through a view, or outside of requests: Node runs what a connection brings later, such as sampling that the
 * server behind asks for, in the scope of the request that opened it. A view connects outside of every scope.
 *
 * @returns a function for `withContext`, or to call in a source of your own: frozen fields, or `undefined` outside a
 *   request. In a request that nobody checked with this definition, it throws a ContextError `not_installed`.
 * @throws ContextError `invalid_definition` for an empty list, a field that is listed twice, or one that the definition
 *   does not have, as far as its JSON Schema says
 * @example
 * const downstream = client.withContext(inheritContext(requestContext, ['tenant', 'locale']))
 */
export function inheritContext<D extends AnyDefinition>(
  definition: D,
  fields: 'all',
): () => InheritedContext<D> | undefined
export function inheritContext<D extends AnyDefinition, F extends FieldName<ContextInput<D>> & string>(
  definition: D,
  fields: readonly F[],
): () => InheritedContext<D, F> | undefined
export function inheritContext(definition: AnyDefinition, fields: unknown): () => object | undefined {
  assertDefinition(definition)
  const named = fields === 'all' ? schemaFields(definition).names : checkFields(definition, fields)
  return () => {
    const scope = scopes.getStore()
    if (scope === undefined) return undefined
    const raw = findContext(scope, definition) && getOwn(scope.meta, definition.key)
    const names = named ?? Object.keys(raw ?? {})
    return deepFreeze(Object.fromEntries(names.map((name) => [name, cloneJson(getOwn(raw, name))])))
  }
}

function checkFields(definition: AnyDefinition, fields: unknown): readonly string[] {
  const known = schemaFields(definition).names
  if (!Array.isArray(fields) || fields.length === 0)
    throw invalidFields("name the fields, such as ['tenant'], or say 'all'")
  for (const [index, field] of fields.entries()) {
    if (typeof field !== 'string' || !isFieldName(field)) throw invalidFields(`${quote(field)} is not a field name`)
    if (fields.indexOf(field) !== index) throw invalidFields(`${quote(field)} is listed twice`)
    if (known?.includes(field) === false) {
      throw invalidFields(`there is no field ${quote(field)}; there are ${known.join(', ')}`)
    }
  }
  return [...fields]
}

function invalidFields(message: string): ContextError {
  return invalidDefinition(`inheritContext(): ${message}`)
}
