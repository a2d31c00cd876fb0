import { getOwn, isObject } from '../shared/get-own.js'

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

/** Whether a reference leads to the schema itself, or to a subschema of it: an object or a boolean. */
export function leadsToSchema(reference: unknown, schema: unknown): boolean {
  const target = followReference(reference, schema)
  return typeof target === 'boolean' || isObject(target)
}
