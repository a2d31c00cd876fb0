import { invalidDefinition } from '../errors/invalid-definition.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { quote } from '../shared/printable.js'
import { isFieldName } from '../wire/names.js'
import { invalidBinding } from './header-bindings.js'
import { tryContextJsonSchema } from './json-schema.js'
import type { AnyDefinition, HeaderBinding } from './types.js'

/** What is known of the fields that a schema allows. */
export interface SchemaFields {
  /** Their names; `undefined` where the schema does not list them all. */
  readonly names: readonly string[] | undefined
  /** The JSON types that a field may have, as far as the schema names them: those of every member of a union. */
  typesOf(field: string): readonly string[]
}

/** Keywords that allow fields without naming them. */
const MORE_FIELDS = ['additionalProperties', 'unevaluatedProperties', 'patternProperties', 'dependentSchemas', 'if']

/**
 * Reads a schema's JSON Schema, as far as that is needed to find a mistake in a definition. valibot provides none, so the
 * names are read from its own schemas.
 */
export function schemaFields(definition: Pick<AnyDefinition, 'schema' | 'jsonSchema'>): SchemaFields {
  const root = tryContextJsonSchema(definition)
  if (root === undefined) return { names: entriesOf(definition.schema), typesOf: () => [] }
  const parts = partsOf(root, root)
  const properties = parts.map((part) => getOwn(part, 'properties'))
  const isOpen = (part: unknown, index: number) =>
    (!isObject(properties[index]) && combinedBy(part, root).length === 0) ||
    MORE_FIELDS.some((keyword) => (getOwn(part, keyword) ?? false) !== false)
  const isListed = properties.some(isObject) && !parts.some(isOpen)
  return {
    names: isListed ? properties.flatMap((named) => Object.keys(named ?? {})) : undefined,
    typesOf(field) {
      const parts = properties.flatMap((named) => partsOf(getOwn(named, field), root))
      return parts.flatMap((part) => getOwn(part, 'type') ?? []).map(String)
    },
  }
}

/** A JSON Schema, and those that it is combined of, at any depth. */
function partsOf(schema: unknown, root: object, parts: unknown[] = []): unknown[] {
  if (parts.includes(schema)) return parts
  parts.push(schema)
  for (const part of combinedBy(schema, root)) partsOf(part, root, parts)
  return parts
}

function combinedBy(schema: unknown, root: object): unknown[] {
  const reference = getOwn(schema, '$ref')
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => getOwn(schema, keyword) ?? [])
  // Libraries refer to `#/$defs/name`. What is not found counts as a schema that says nothing.
  const follow = () =>
    String(reference)
      .split('/')
      .slice(1)
      .reduce(getOwn, root as unknown)
  return reference === undefined ? lists : [follow(), ...lists]
}

/** The names of the members of an object of valibot, or of a union of them: it has `entries`, or `options`. */
function entriesOf(schema: unknown): readonly string[] | undefined {
  const { type, entries, options } = schema as Readonly<Record<string, unknown>>
  const members = Array.isArray(options) ? options.map(entriesOf) : undefined
  if (members !== undefined) return members.includes(undefined) ? undefined : (members.flat() as string[])
  return isObject(entries) && /^(?:strict_)?object$/.test(String(type)) ? Object.keys(entries) : undefined
}

/**
 * Checks that each bound field has a value that its header can carry, as far as the JSON Schema of the context says.
 *
 * @throws ContextError `invalid_definition`, naming the field and what to do
 */
export function assertHeaderTypes(bindings: readonly HeaderBinding[], { typesOf }: SchemaFields): void {
  for (const { field, type } of bindings) {
    const types = typesOf(field)
    const isCarried = types.includes(type) || (type === 'integer' && types.includes('number'))
    if (types.length === 0 || (isCarried && !types.includes('object') && !types.includes('array'))) continue
    const allowed = [...new Set(types)].join(', ')
    throw invalidBinding(
      field,
      `its schema allows ${allowed}, not only type ${type}: bind it by its own type, or another field`,
    )
  }
}

/**
 * Checks that an option is a list of fields that there are.
 *
 * @param known their names; `undefined` where they are not known
 * @throws ContextError `invalid_definition`
 */
export function assertFields(option: string, fields: unknown, known: readonly string[] | undefined): void {
  if (!Array.isArray(fields)) throw invalidDefinition(`${option} must be an array of field names such as ['token']`)
  for (const field of fields) {
    if (typeof field === 'string' && isFieldName(field) && (known?.includes(field) ?? true)) continue
    const there = known === undefined ? '' : `; there are ${known.join(', ') || 'none'}`
    throw invalidDefinition(`${option}: there is no field ${quote(field)}${there}`)
  }
}
