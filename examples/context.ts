import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** The definition that all clients and servers of the examples share. */
export const callContext = defineContext({
  schema: z.object({ tenant: z.string(), locale: z.string().default('en'), token: z.string() }),
  headers: { tenant: 'X-Tenant-Id' },
  sensitive: ['token'],
})
