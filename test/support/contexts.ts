import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** The context that most tests use: every kind of field, all optional. */
export const testContext = defineContext({
  schema: z.object({
    tenant: z.string().optional(),
    token: z.string().optional(),
    retries: z.number().int().optional(),
    dryRun: z.boolean().optional(),
    user: z.object({ id: z.string(), roles: z.array(z.string()).optional() }).optional(),
  }),
  headers: {
    tenant: 'X-Tenant-Id',
    retries: { name: 'X-Retries', type: 'integer' },
    dryRun: { name: 'X-Dry-Run', type: 'boolean' },
  },
  sensitive: ['token'],
})

/** A second one, under a key of its own. */
export const traceContext = defineContext({
  key: 'com.example/trace',
  schema: z.object({ span: z.string() }),
})

/** A third, whose every field but one is bound to a header, the token by its scheme. */
export const boundContext = defineContext({
  schema: z.object({
    tenant: z.string().optional(),
    retries: z.number().int().optional(),
    dryRun: z.boolean().optional(),
    token: z.string().optional(),
    unbound: z.string().optional(),
  }),
  headers: {
    tenant: 'X-Tenant-Id',
    retries: { name: 'X-Retries', type: 'integer' },
    dryRun: { name: 'X-Dry-Run', type: 'boolean' },
    token: { name: 'Authorization', scheme: 'Bearer' },
  },
  sensitive: ['token'],
})
