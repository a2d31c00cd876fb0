import { CannotRun } from './failure.js'
import { type JsonSchema, publishedNames, publishedSchema } from './package-files.js'
import { readDocument } from './payload.js'
import { printable } from './printable.js'

/** A JSON Schema and what to call it. */
export interface SchemaSource {
  readonly name: string
  readonly schema: JsonSchema
  /** Whether it is one of this package's. */
  readonly published: boolean
}

/** A schema document is read whole. */
const LARGEST_SCHEMA = 4 * 1024 * 1024

/**
 * Finds a JSON Schema: a published one by its name (`context`), or a file by its path (`./tenant.schema.json`).
 *
 * @throws CannotRun for an unknown name, no such file, or a file that holds no JSON Schema
 */
export async function findSchema(nameOrPath: string): Promise<SchemaSource> {
  const names = publishedNames()
  if (names.includes(nameOrPath)) return { name: nameOrPath, schema: publishedSchema(nameOrPath), published: true }
  if (/^[A-Za-z0-9_-]+$/.test(nameOrPath) && nameOrPath !== '-') {
    throw new CannotRun(
      `there is no published schema "${nameOrPath}": use ${names.join(', ')}, or the path of a schema file such as ./${nameOrPath}.json`,
    )
  }
  const schema = await readDocument(nameOrPath, LARGEST_SCHEMA)
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new CannotRun(`${printable(nameOrPath)} holds no JSON Schema: a schema is a JSON object`)
  }
  const name = nameOrPath === '-' ? 'stdin' : printable(nameOrPath)
  return { name, schema: schema as JsonSchema, published: false }
}
