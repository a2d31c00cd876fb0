// What a message is given for a context.
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { z } from 'zod'
import { testContext } from '../support/contexts.js'
import type { TestClient } from '../support/sdk.js'

export interface Fields {
  readonly tenant: string
  readonly token?: string
  readonly user?: { readonly id: string }
}

export type Given = Fields | 'nothing' | 'invalid' | 'too large'

/** The key of `testContext`, for a peer that does not check what it sends. */
const unchecked = defineContext({ schema: z.looseObject({}), limits: { maxBytes: 20_000 } })

/** A client, or a server, that sends what is given. */
export function bind(sender: TestClient, given: Given): TestClient {
  if (given === 'nothing') return sender
  if (given === 'invalid') return createContextClient(sender, unchecked, { context: { tenant: 7 } })
  if (given === 'too large') return createContextClient(sender, unchecked, { context: { tenant: 'x'.repeat(9000) } })
  return createContextClient(sender, testContext).withContext(given)
}
