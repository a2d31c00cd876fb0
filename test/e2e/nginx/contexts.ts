import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** What a client says of a call. */
export const callContext = defineContext({
  schema: z.object({ tenant: z.string(), trace: z.string() }),
  headers: { tenant: 'X-Tenant-Id', trace: 'X-Trace-Id' },
})

/** What nginx says of it. */
export const gatewayContext = defineContext({
  key: 'com.example/gateway',
  schema: z.object({ token: z.string() }),
  headers: { token: 'X-Forwarded-Access-Token' },
  sensitive: ['token'],
})
