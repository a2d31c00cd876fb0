import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** What the clients and the servers of the examples share. */
export const callContext = defineContext({
  schema: z.object({ tenant: z.string(), locale: z.string().default('en'), token: z.string() }),
  headers: { tenant: 'X-Tenant-Id' },
  sensitive: ['token'],
})
