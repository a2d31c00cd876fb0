// JSON Schema by Ajv: the published schemas, and the schemas of the vectors' contexts as Standard Schemas.
import { readdirSync } from 'node:fs'
import type { ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ContextSchema } from 'mcp-request-context'
import { readText } from './vectors.js'

const SCHEMAS = new URL('../../schemas/', import.meta.url)

export interface PublishedSchema {
  readonly $id: string
  readonly examples: readonly unknown[]
}

export const publishedSchemas: ReadonlyMap<string, PublishedSchema> = new Map(
  readdirSync(SCHEMAS)
    .filter((name) => name.endsWith('.schema.json'))
    .map((name) => [name.replace('.schema.json', ''), JSON.parse(readText(name, SCHEMAS)) as PublishedSchema]),
)

const published = new Ajv2020({
  strict: true,
  strictRequired: false,
  strictTypes: false,
  allowUnionTypes: true,
  allErrors: true,
})
for (const schema of publishedSchemas.values()) published.addSchema(schema)

/** What is wrong with a value by a published schema, such as `context`; nothing for a valid one. */
export function schemaIssues(name: string, value: unknown): string[] {
  const schema = publishedSchemas.get(name)
  if (schema === undefined) throw new Error(`there is no schema ${name}`)
  published.validate(schema.$id, value)
  return (published.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath}: ${message}`)
}

/** What is wrong with a value by a schema that may refer to the published ones. */
export function issuesBy(schema: object, value: unknown): string[] {
  published.validate(schema, value)
  return (published.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`)
}

/** The schema of a context of which nothing is said. */
export const ANY_OBJECT: Readonly<Record<string, unknown>> = { type: 'object' }

type Fields = Record<string, unknown>

/** Compiling takes long, and one schema stands in many a definition. */
const compiled = new WeakMap<object, ContextSchema<Fields>>()

/** A JSON Schema as a Standard Schema. Like many a library it quotes what it refuses in its messages. */
export function standardSchema(schema: object): ContextSchema<Fields> {
  const known = compiled.get(schema) ?? compile(schema)
  compiled.set(schema, known)
  return known
}

function compile(schema: object): ContextSchema<Fields> {
  const check = new Ajv2020({ strict: false, allErrors: true, verbose: true, logger: false }).compile(schema)
  return {
    '~standard': {
      version: 1,
      vendor: 'ajv',
      validate: (value) => {
        if (check(value)) return { value: value as Fields }
        return { issues: (check.errors ?? []).map(issueOf) }
      },
    },
  }
}

function issueOf({ instancePath, message, params, data }: ErrorObject) {
  const segments = instancePath.split('/').slice(1)
  const path = segments.map((segment) => {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    return /^(0|[1-9][0-9]*)$/.test(name) ? Number(name) : name
  })
  return { message: `${message} ${JSON.stringify(params)} but is ${JSON.stringify(data)}`, path }
}
