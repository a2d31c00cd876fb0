// The vectors of spec/vectors, as they are read there.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type Outcome = 'accept' | 'reject'
export type Path = readonly (string | number)[]

/** A case of any topic: the shapes of `input` and `output` are those of its topic (spec/vectors/vectors.schema.json). */
export interface Vector {
  readonly id: string
  readonly title: string
  readonly requirements: readonly string[]
  readonly outcome: Outcome
  readonly input: object
  readonly output?: Readonly<Record<string, unknown>>
  /** Strings that appear nowhere in what is sent. */
  readonly hidden?: readonly string[]
  /** Strings that appear in it. */
  readonly shown?: readonly string[]
}

export interface VectorFile {
  readonly topic: string
  readonly cases: readonly Vector[]
}

/** The definition of a context, as a vector gives it. */
export interface VectorDefinition {
  readonly key?: string
  readonly schema?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, Binding>>
  readonly sensitive?: readonly string[]
  readonly limits?: Readonly<Record<string, number>>
}

export interface Binding {
  readonly name: string
  readonly type: 'string' | 'integer' | 'boolean'
  readonly scheme?: string
}

/** A JSON-RPC message, of any kind. */
export interface Message {
  readonly jsonrpc: '2.0'
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly [name: string]: unknown }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
  readonly [name: string]: unknown
}

const FOLDER = new URL('../../spec/vectors/', import.meta.url)
const SCHEMA = 'vectors.schema.json'

export function readText(path: string, base: URL = FOLDER): string {
  return readFileSync(fileURLToPath(new URL(path, base)), 'utf8')
}

export const vectorSchema: object = JSON.parse(readText(SCHEMA))

/** The names of the files of cases. */
export const fileNames: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json') && name !== SCHEMA)
  .sort()

export const vectorFiles: readonly VectorFile[] = fileNames.map((name) => JSON.parse(readText(name)))
