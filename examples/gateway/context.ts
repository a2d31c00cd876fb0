import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** What the server behind the gateway takes: no token. */
export const behindContext = defineContext({
  schema: z.object({ tenant: z.string(), locale: z.string().default('en') }),
})
