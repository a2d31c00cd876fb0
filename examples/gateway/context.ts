import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** The context of the server behind the gateway. It has no token. */
export const behindContext = defineContext({
  schema: z.object({ tenant: z.string(), locale: z.string().default('en') }),
})
