import { ContextError } from './error.js'
import type { HeaderBinding, HeaderType } from './header-binding.js'
import { followLocal } from './local-reference.js'
import { isObject, own } from './own.js'
import { quote } from './quote.js'
import type { JsonSchema } from './schema-check.js'
import { standardJsonSchema } from './standard-json-schema.js'
import type { ContextSchema } from './standard-schema.js'

/** The JSON types that a schema lets a value have; `undefined` where it leaves that open. */
type Types = ReadonlySet<string> | undefined

const WANTED = { string: 'string', integer: 'number', boolean: 'boolean' } as const satisfies Record<HeaderType, string>

/** Deeper than this, or round and round, a schema is not followed: it then says nothing. */
const DEEPEST = 16

/**
 * Checks that each bound field has a value which its header can carry, as far as a JSON Schema tells.
 *
 * @param given the JSON Schema of the context; default what `schema` says of itself
 * @throws ContextError `invalid_definition`, naming the field and what to do
 */
export function checkBoundTypes(
  bindings: readonly HeaderBinding[],
  schema: ContextSchema,
  given: JsonSchema | undefined,
): void {
  if (bindings.length === 0) return
  const root = given ?? saidBy(schema)
  if (root === undefined) return
  for (const binding of bindings) checkBinding(binding, typesOfField(root, binding.field))
}

/** A schema that has no form as JSON Schema says nothing of its fields. */
function saidBy(schema: ContextSchema): JsonSchema | undefined {
  try {
    return standardJsonSchema(schema)
  } catch {
    return undefined
  }
}

function checkBinding({ field, type }: HeaderBinding, types: Types): void {
  if (types === undefined) return
  const structured = ['object', 'array'].find((structure) => types.has(structure))
  if (structured !== undefined) {
    throw refuse(
      field,
      `its schema lets it be an ${structured}; a header carries a string, an integer or a boolean: bind a field of its own`,
    )
  }
  if (types.has(WANTED[type])) return
  const other = (Object.keys(WANTED) as HeaderType[]).find((possible) => types.has(WANTED[possible]))
  throw refuse(
    field,
    other === undefined
      ? 'its schema lets it have no value that a header carries'
      : `its schema makes it no ${type}: bind it as { name: ..., type: '${other}' }`,
  )
}

function refuse(field: string, message: string): ContextError {
  return new ContextError('invalid_definition', `headers: ${quote(field)}: ${message}`)
}

function typesOfField(root: JsonSchema, field: string): Types {
  return combine(root, root, DEEPEST, (object, depth) => {
    const property = own(own(object, 'properties'), field)
    return property === undefined ? undefined : combine(property, root, depth, ownTypes)
  })
}

/** Puts together what a schema says by itself and by those that it is made of. */
function combine(
  schema: unknown,
  root: JsonSchema,
  depth: number,
  says: (schema: object, depth: number) => Types,
): Types {
  if (!isObject(schema) || depth === 0) return undefined
  const inner = (part: unknown) => combine(part, root, depth - 1, says)
  const parts = (keyword: string) => (own(schema, keyword) ?? []) as readonly unknown[]
  const alternatives = (keyword: string) => union(parts(keyword).map(inner))
  return [
    says(schema, depth),
    inner(followLocal(own(schema, '$ref'), root)),
    ...parts('allOf').map(inner),
    alternatives('anyOf'),
    alternatives('oneOf'),
  ].reduce(intersection)
}

function ownTypes(schema: object): Types {
  const type = own(schema, 'type')
  const constant = own(schema, 'const')
  const listed = own(schema, 'enum')
  return [
    type === undefined ? undefined : new Set([type].flat().map((one) => (one === 'integer' ? 'number' : String(one)))),
    constant === undefined ? undefined : new Set([typeOf(constant)]),
    Array.isArray(listed) ? new Set(listed.map(typeOf)) : undefined,
  ].reduce<Types>(intersection, undefined)
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

function union(all: readonly Types[]): Types {
  if (all.length === 0 || all.includes(undefined)) return undefined
  return new Set(all.flatMap((types) => [...(types as ReadonlySet<string>)]))
}

function intersection(one: Types, other: Types): Types {
  if (one === undefined || other === undefined) return one ?? other
  return new Set([...one].filter((type) => other.has(type)))
}
