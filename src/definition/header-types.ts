import { getOwn, isObject } from '../shared/get-own.js'
import { invalidBinding } from './header-bindings.js'
import { followReference } from './json-schema-reference.js'
import type { HeaderBinding, JsonSchema } from './types.js'

/** The JSON types that a schema allows a value to have; `undefined` where it does not say. */
type Types = readonly string[] | undefined

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
  const isCarried = types.includes(type === 'integer' ? 'number' : type)
  if (isCarried && !types.includes('object') && !types.includes('array')) return
  throw invalidBinding(
    field,
    `its schema allows ${[...new Set(types)].join(', ')}, not only type ${type}: bind it by its own type, or another field`,
  )
}

function typesOfField(root: JsonSchema, field: string): Types {
  return typesIn(root, (schema, depth) => {
    const property = getOwn(getOwn(schema, 'properties'), field)
    return property === undefined ? undefined : typesIn(property, ownTypes, depth)
  })

  /** Combines what a schema itself says with what its `$ref`, `allOf`, `anyOf` and `oneOf` say. */
  function typesIn(schema: unknown, own: (schema: object, depth: number) => Types, depth = MAX_DEPTH): Types {
    if (!isObject(schema) || depth === 0) return undefined
    const inner = (part: unknown) => typesIn(part, own, depth - 1)
    const parts = (keyword: string) => [getOwn(schema, keyword) ?? []].flat().map(inner)
    return [
      own(schema, depth),
      inner(followReference(getOwn(schema, '$ref'), root)),
      ...parts('allOf'),
      union(parts('anyOf')),
      union(parts('oneOf')),
    ].reduce(intersection)
  }
}

function ownTypes(schema: object): Types {
  const type = getOwn(schema, 'type')
  const listed = Object.hasOwn(schema, 'const') ? [getOwn(schema, 'const')] : getOwn(schema, 'enum')
  return intersection(
    type === undefined ? undefined : [type].flat().map((name) => (name === 'integer' ? 'number' : String(name))),
    Array.isArray(listed) ? listed.map(typeOf) : undefined,
  )
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

function union(all: readonly Types[]): Types {
  return all.length === 0 || all.includes(undefined) ? undefined : (all.flat() as string[])
}

function intersection(one: Types, other: Types): Types {
  return one === undefined ? other : other === undefined ? one : one.filter((type) => other.includes(type))
}
