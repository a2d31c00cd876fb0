// Definitions and contexts of any number of fields, of three kinds of schema.

import {
  type ContextDefinition,
  type ContextSchema,
  defineContext,
  type HeaderBindingInput,
  type HeaderType,
} from 'mcp-request-context'
import * as v from 'valibot'
import { z } from 'zod'

export type Context = Record<string, string | number | boolean>
export type Definition = ContextDefinition<Context, Context>

export const LIBRARIES = ['zod', 'valibot', 'no validation'] as const
export type Library = (typeof LIBRARIES)[number]

export const FIELDS = [1, 5, 50] as const

/** Five kinds of field, over and over. */
const NAMES = ['tenant', 'retries', 'dryRun', 'user', 'token'] as const

function nameOf(index: number): string {
  const name = NAMES[index % NAMES.length] as string
  return index < NAMES.length ? name : `${name}${Math.floor(index / NAMES.length) + 1}`
}

function eachField<T>(fields: number, of: (kind: (typeof NAMES)[number]) => T): Record<string, T> {
  const entries = Array.from({ length: fields }, (_, index): [string, T] => [
    nameOf(index),
    of(NAMES[index % NAMES.length] as (typeof NAMES)[number]),
  ])
  return Object.fromEntries(entries)
}

/** A context of so many fields; `whose` tells one user's from another's. */
export function contextOf(fields: number, whose = ''): Context {
  const values = { tenant: `acme${whose}`, retries: 3, dryRun: true, user: `jane${whose}`, token: 'abcdefgh'.repeat(4) }
  return eachField(fields, (kind) => values[kind])
}

/** Its definition; `bound` of the fields have a header of their own. */
export function definitionOf(library: Library, fields: number, bound = 0): Definition {
  const bindings = Array.from({ length: bound }, (_, index): [string, HeaderBindingInput] => {
    const type = TYPES[NAMES[index % NAMES.length] as string] ?? 'string'
    return [nameOf(index), { name: `X-Context-${nameOf(index)}`, type }]
  })
  return defineContext({ schema: schemaOf(library, fields), headers: Object.fromEntries(bindings) })
}

const TYPES: Readonly<Record<string, HeaderType>> = { retries: 'integer', dryRun: 'boolean' }

function schemaOf(library: Library, fields: number): ContextSchema<Context> {
  const schemas: Record<Library, () => unknown> = {
    zod: () => {
      const kinds = { tenant: z.string(), retries: z.int(), dryRun: z.boolean(), user: z.string(), token: z.string() }
      return z.object(eachField<z.ZodType>(fields, (kind) => kinds[kind]))
    },
    valibot: () => {
      const integer = v.pipe(v.number(), v.integer())
      const kinds = { tenant: v.string(), retries: integer, dryRun: v.boolean(), user: v.string(), token: v.string() }
      return v.object(eachField<v.GenericSchema>(fields, (kind) => kinds[kind]))
    },
    'no validation': () => ({
      '~standard': { version: 1, vendor: 'bench', validate: (value: unknown) => ({ value }) },
    }),
  }
  return schemas[library]() as ContextSchema<Context>
}
