import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

/** The context that the suite's scenarios are run with. */
export const suiteContext = defineContext({
  schema: z.object({ tenant: z.string() }),
  headers: { tenant: 'X-Tenant-Id' },
})

/**
 * How a program takes part: without this package; with it, while no request carries a context; or with a context in
 * every request.
 */
export type Mode = 'without' | 'installed' | 'carried'
