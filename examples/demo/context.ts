import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** What client and server share: each call carries a token of its own. */
export const callContext = defineContext({
  schema: z.object({ token: z.string() }),
  sensitive: ['token'],
})
