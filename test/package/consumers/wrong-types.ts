import { defineContext } from 'mcp-request-context'
import { getContext } from 'mcp-request-context/server'
import { z } from 'zod'

const definition = defineContext({ schema: z.object({ tenant: z.string() }) })
export const wrong = () => getContext(definition).tennant
