import { getOwn, isObject } from '../shared/get-own.js'
import { invalidBinding } from './header-bindings.js'
import { followReference } from './json-schema.js'
import type { HeaderBinding, HeaderType, JsonSchema } from './types.js'

/** The JSON types that a schema allows a value to have; `undefined` where it does not say. */
type Types = ReadonlySet<string> | undefined

/** The JSON type that each type of a binding needs. */
const JSON_TYPES = { string: 'string', integer: 'number', boolean: 'boolean' } as const satisfies Record<
  HeaderType,
  string
>

/** A schema is followed this many levels down, which also ends a circle of references. */
const MAX_DEPTH = 16

/**
 * Checks that each bound field has a value that its header can carry, as far as the JSON Schema of the context says.
 *
 * @throws ContextError `invalid_definition`, naming the field and what to do
 */
export function assertHeaderTypes(bindings: readonly HeaderBinding[], schema: JsonSchema): void {
  for (const binding of bindings) assertHeaderType(binding, typesOfField(schema, binding.field))
}

function assertHeaderType({ field, type }: HeaderBinding, types: Types): void {
  if (types === undefined) return
  const structured = ['object', 'array'].find((structure) => types.has(structure))
  if (structured !== undefined) {
    throw invalidBinding(
      field,
      `its schema allows an ${structured}, and a header carries a string, an integer or a boolean: bind another field`,
    )
  }
  if (types.has(JSON_TYPES[type])) return
  const other = (Object.keys(JSON_TYPES) as HeaderType[]).find((possible) => types.has(JSON_TYPES[possible]))
  throw invalidBinding(
    field,
    other === undefined
      ? 'its schema allows no value that a header can carry'
      : `its schema does not allow type ${type}: bind it as { name: ..., type: '${other}' }`,
  )
}

function typesOfField(root: JsonSchema, field: string): Types {
  return combine(root, root, MAX_DEPTH, (object, depth) => {
    const property = getOwn(getOwn(object, 'properties'), field)
    return property === undefined ? undefined : combine(property, root, depth, ownTypes)
  })
}

/** Combines what a schema itself says with what its `$ref`, `allOf`, `anyOf` and `oneOf` say. */
function combine(
  schema: unknown,
  root: JsonSchema,
  depth: number,
  typesIn: (schema: object, depth: number) => Types,
): Types {
  if (!isObject(schema) || depth === 0) return undefined
  const inner = (part: unknown) => combine(part, root, depth - 1, typesIn)
  const parts = (keyword: string) => (getOwn(schema, keyword) ?? []) as readonly unknown[]
  const alternatives = (keyword: string) => union(parts(keyword).map(inner))
  return [
    typesIn(schema, depth),
    inner(followReference(getOwn(schema, '$ref'), root)),
    ...parts('allOf').map(inner),
    alternatives('anyOf'),
    alternatives('oneOf'),
  ].reduce(intersection)
}

function ownTypes(schema: object): Types {
  const type = getOwn(schema, 'type')
  const constant = getOwn(schema, 'const')
  const listed = getOwn(schema, 'enum')
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
