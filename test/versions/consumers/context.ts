import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

export const requestContext = defineContext({
  schema: z.object({
    tenant: z.string(),
    token: z.string().optional(),
    retries: z.number().int().optional(),
  }),
  headers: { tenant: 'X-Tenant-Id', retries: { name: 'X-Retries', type: 'integer' } },
  sensitive: ['token'],
})
