import { CannotRun } from './failure.js'
import type { JsonSchema } from './package-files.js'
import { printable } from './printable.js'

/** Keywords by which a schema puts TypeScript of its own into a declaration, and names for it. */
const CODE_KEYWORDS: readonly string[] = ['tsType', 'tsEnumNames']

/** Keywords whose value is an object of subschemas, by names that mean nothing. */
const NAMED_SCHEMAS: readonly string[] = [
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
]

const REFERENCES: readonly string[] = ['$ref', '$dynamicRef', '$recursiveRef']

/**
 * A copy of a schema from which a declaration can be written, whoever wrote the schema: without the keywords that carry
 * code, and without a reference out of the document.
 *
 * @param allowed the documents that it may refer to
 * @throws CannotRun for a reference to any other
 * @throws RangeError for a schema that is nested some thousands of levels deep
 */
export function guardSchema(schema: JsonSchema, name: string, allowed: readonly string[] = []): JsonSchema {
  const copyOf = (value: unknown, named: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => copyOf(item, false))
    if (typeof value !== 'object' || value === null) return value
    const copy: JsonSchema = {}
    for (const [key, member] of Object.entries(value)) {
      // A member of this name would set the copy's prototype.
      if (key === '__proto__' || (!named && CODE_KEYWORDS.includes(key))) continue
      if (
        typeof member === 'string' &&
        REFERENCES.includes(key) &&
        !member.startsWith('#') &&
        !allowed.includes(member)
      ) {
        throw new CannotRun(
          `the schema ${name} refers to another document, ${printable(member.slice(0, 200))}, which is never fetched: copy it under $defs`,
        )
      }
      copy[key] = copyOf(member, !named && NAMED_SCHEMAS.includes(key))
    }
    return copy
  }
  return copyOf(schema, false) as JsonSchema
}
