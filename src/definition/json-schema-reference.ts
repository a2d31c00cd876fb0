import { getOwn, isObject } from '../shared/get-own.js'
import { MAX_SCHEMA_DEPTH, MAX_SUBSCHEMAS } from '../wire/constants.js'

/**
 * What a `$ref` leads to within its own schema (RFC 6901, section 6).
 *
 * @returns `undefined` for a reference to nothing, out of the schema, or to an anchor
 */
export function followReference(reference: unknown, schema: unknown): unknown {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
  const pointer = decodeFragment(reference.slice(1))
  if (pointer === undefined || !/^(\/|$)/.test(pointer)) return undefined
  let target: unknown = schema
  for (const token of pointer.split('/').slice(1)) {
    target = getOwn(target, token.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  return target
}

function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return undefined
  }
}

/** The types of JSON Schema. */
export const TYPES: readonly unknown[] = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']

/** Keywords that hold data, not schemas. */
const DATA = /^(?:const|enum|default|examples)$/

/**
 * Whether a JSON Schema can be advertised, as far as it can be told in a few lines: it is no larger than a peer reads, each
 * reference in it leads to a schema within it (RC-047, RC-048), and no type is misspelt. `isUsableSchema` looks at all.
 */
export function isSelfContained(schema: object): boolean {
  let parts = 0
  const isContained = (part: unknown, depth: number): boolean => {
    if (typeof part !== 'object' || part === null) return true
    if (!Array.isArray(part) && (++parts > 2 * MAX_SUBSCHEMAS || depth > 2 * MAX_SCHEMA_DEPTH)) return false
    return Object.entries(part).every(([name, held]) => {
      if (typeof held !== 'string') return DATA.test(name) || isContained(held, depth + 1)
      return name === 'type' ? TYPES.includes(held) : !/^\$(?:dynamicR|r)ef$/.test(name) || leadsToSchema(held, schema)
    })
  }
  return isContained(schema, 1)
}

/** Whether a reference leads to the schema itself, or to a subschema of it: an object or a boolean. */
export function leadsToSchema(reference: unknown, schema: unknown): boolean {
  const target = followReference(reference, schema)
  return typeof target === 'boolean' || isObject(target)
}
