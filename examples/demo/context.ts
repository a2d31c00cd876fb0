import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** The definition that client and server share. Each call carries its own token. */
export const callContext = defineContext({
  schema: z.object({ token: z.string() }),
  sensitive: ['token'],
})
