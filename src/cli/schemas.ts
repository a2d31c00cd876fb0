import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { ErrorObject } from 'ajv'
import { printable } from '../shared/printable.js'
import { CannotRun, type ProgramIo, reasonOf } from './io.js'
import { pointerTo } from './json-text.js'
import { readDocument } from './payload.js'

/** A JSON Schema that is an object. Nothing else about it has been checked. */
export type JsonSchema = Record<string, unknown>

/** A JSON Schema with the name that messages call it. */
export interface NamedSchema {
  readonly name: string
  readonly schema: JsonSchema
}

/** One thing that is wrong with a value. It never holds a value of the payload. */
export interface Issue {
  /** A JSON pointer (RFC 6901). `''` is the whole value. */
  readonly pointer: string
  readonly message: string
}

/** Finds the issues of a value; none if it is valid. */
export type Check = (value: unknown) => Issue[]

const PACKAGE_FILE = createRequire(import.meta.url).resolve('mcp-request-context/package.json')
const SUFFIX = '.schema.json'

/** The folder of the published schemas. */
export const SCHEMAS_FOLDER = join(dirname(PACKAGE_FILE), 'schemas')

export function packageVersion(): string {
  return JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')).version
}

/** The names of the published schemas, such as `context`. */
export function publishedNames(): string[] {
  const files = readdirSync(SCHEMAS_FOLDER).filter((file) => file.endsWith(SUFFIX))
  return files.map((file) => basename(file, SUFFIX)).sort()
}

export function publishedSchema(name: string): JsonSchema {
  return JSON.parse(readFileSync(join(SCHEMAS_FOLDER, `${name}${SUFFIX}`), 'utf8'))
}

const MAX_SCHEMA_BYTES = 4 * 1024 * 1024

/**
 * Finds a JSON Schema: a published one by its name (`context`), or a file by its path (`./tenant.schema.json`, `-`).
 *
 * @throws CannotRun for an unknown name, no such file, or a file that is not a JSON Schema
 */
export async function findSchema(
  nameOrPath: string,
  io: Pick<ProgramIo, 'stdin' | 'cwd'>,
): Promise<NamedSchema & { readonly published: boolean }> {
  const names = publishedNames()
  if (names.includes(nameOrPath)) return { name: nameOrPath, schema: publishedSchema(nameOrPath), published: true }
  if (/^[A-Za-z0-9_-]+$/.test(nameOrPath) && nameOrPath !== '-') {
    throw new CannotRun(
      `there is no published schema "${nameOrPath}": use ${names.join(', ')}, or the path of a schema file such as ./${nameOrPath}.json`,
    )
  }
  const name = nameOrPath === '-' ? 'stdin' : printable(nameOrPath)
  const schema = await readDocument(nameOrPath, MAX_SCHEMA_BYTES, io)
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new CannotRun(`${name} is not a JSON Schema: a schema is a JSON object`)
  }
  return { name, schema: schema as JsonSchema, published: false }
}

/**
 * Compiles a JSON Schema: 2020-12, which is the default, or draft-07. It may refer to the published schemas.
 *
 * @throws CannotRun for a schema that does not compile, or that refers to any other document
 */
export async function compileSchema({ name, schema }: NamedSchema): Promise<Check> {
  const ajv = await ajvFor(name, schema)
  try {
    const validate = ajv.compile(schema)
    return (value) => (validate(value) ? [] : issuesOf(validate.errors ?? []))
  } catch (error) {
    const missing = (error as { missingRef?: unknown }).missingRef
    if (typeof missing === 'string') throw refersElsewhere(name, missing)
    throw new CannotRun(`the schema ${name} does not compile: ${reasonOf(error)}`)
  }
}

/** The error for a schema with a reference that leads out of its document. */
export function refersElsewhere(name: string, reference: string): CannotRun {
  return new CannotRun(
    `the schema ${name} refers to another document, ${printable(reference.slice(0, 200))}, which is never fetched: copy it under $defs`,
  )
}

const DRAFT_2020 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/
const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/

async function ajvFor(name: string, { $schema: dialect, $id }: JsonSchema) {
  // JSON Schema allows unknown keywords; Ajv's strict mode does not.
  const options = { allErrors: true, strict: false, logger: false } as const
  const is = (pattern: RegExp) => typeof dialect === 'string' && pattern.test(dialect)
  const { default: addFormats } = await import('ajv-formats')
  if (is(DRAFT_07)) {
    const { Ajv } = await import('ajv')
    return addFormats.default(new Ajv(options))
  }
  if (dialect !== undefined && !is(DRAFT_2020)) {
    throw new CannotRun(`the schema ${name} uses an unknown dialect: use JSON Schema 2020-12 or draft-07`)
  }
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = addFormats.default(new Ajv2020(options))
  const others = publishedNames()
    .map(publishedSchema)
    .filter((published) => published.$id !== $id)
  return ajv.addSchema(others)
}

function issuesOf(errors: readonly ErrorObject[]): Issue[] {
  return errors
    .filter(({ keyword }) => keyword !== 'propertyNames')
    .map(({ instancePath, message = 'is not valid', params, propertyName }): Issue => {
      const extra: unknown = params.additionalProperty ?? params.unevaluatedProperty
      if (propertyName !== undefined) {
        return { pointer: instancePath + pointerTo([propertyName]), message: `the name ${message}` }
      }
      if (typeof extra === 'string') {
        return { pointer: instancePath + pointerTo([extra]), message: 'is not a property that the schema allows' }
      }
      return { pointer: instancePath, message }
    })
}
