// What the hostile values are held against: a definition of each kind.
import { type } from 'arktype'
import { type AnyDefinition, type ContextSchema, defineContext } from 'mcp-request-context'
import * as v from 'valibot'
import { z } from 'zod'

type Fields = Record<string, unknown>

/** Takes everything, so that what refuses is the codec. */
const anything: ContextSchema<Fields> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Fields }) },
}

/** Refuses everything, and says of each member where it is and what it holds: no library is as talkative. */
const nothing: ContextSchema<Fields> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({
      issues: Object.entries(value as Fields).flatMap(([name, member]) => [
        { path: [name], message: `${name} must not be ${JSON.stringify(member)}` },
        { path: [], message: `${JSON.stringify(value)} must not have ${name}` },
      ]),
    }),
  },
}

const headers = {
  tenant: 'X-Tenant-Id',
  retries: { name: 'X-Retries', type: 'integer' },
  dryRun: { name: 'X-Dry-Run', type: 'boolean' },
  token: { name: 'Authorization', scheme: 'Bearer' },
} as const

const fields = z.object({
  tenant: z.string().optional(),
  token: z.string().optional(),
  retries: z.number().int().optional(),
  dryRun: z.boolean().optional(),
  user: z.object({ id: z.string(), roles: z.array(z.string()).optional() }).optional(),
  notes: z.record(z.string(), z.array(z.number())).optional(),
})

export const open = defineContext({ schema: anything })

export const bound = defineContext({ schema: fields, headers, sensitive: ['token'] })

/** Its key and its fields are what every object inherits: a message that has none of them has none of them. */
export const inherited = defineContext({
  key: 'constructor',
  schema: anything,
  headers: { constructor: 'X-Constructor', toString: 'X-To-String', valueOf: 'X-Value-Of' },
})

/** By what to call them. The asynchronous one is the last. */
export const DEFINITIONS: Readonly<Record<string, AnyDefinition>> = {
  open,
  bound,
  inherited,
  tight: defineContext({ schema: anything, limits: { maxBytes: 64, maxFields: 3, maxDepth: 2 } }),
  short: defineContext({ schema: anything, headers: { tenant: 'X-Tenant-Id' }, limits: { maxHeaderBytes: 32 } }),
  wide: defineContext({ schema: anything, limits: { maxBytes: 200_000, maxFields: 1000, maxDepth: 64 } }),
  talkative: defineContext({ schema: nothing, sensitive: ['token'] }),
  valibot: defineContext({
    schema: v.strictObject({ tenant: v.string(), token: v.optional(v.number()), user: v.optional(v.array(v.any())) }),
    sensitive: ['token'],
  }),
  arktype: defineContext({
    schema: type({ tenant: 'string', 'token?': 'string.email', 'user?': { '+': 'reject' } }),
    sensitive: ['token'],
  }),
  asynchronous: defineContext({ schema: fields.refine(async ({ tenant }) => tenant !== 'a'), sensitive: ['token'] }),
}
