// The contexts that the page and its servers share.
import { defineContext } from 'mcp-request-context'
import { z } from 'zod'
import { testContext } from '../../support/contexts.js'

/** A context whose token travels as the request's credentials. */
const authorized = defineContext({
  key: 'com.example/authorized',
  schema: z.object({ token: z.string() }),
  headers: { token: { name: 'Authorization', scheme: 'Bearer' } },
  sensitive: ['token'],
})

export const DEFINITIONS = { testContext, authorized } as const

export type DefinitionName = keyof typeof DEFINITIONS
