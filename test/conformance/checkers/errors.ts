import { contextErrorFrom } from 'mcp-request-context'
import type { Observation } from '../observation.js'
import { observeReception, type Received } from '../receiving.js'
import type { Message } from '../vectors.js'

/** How a receiver rejects a message, or what a client reads out of such an error. */
export async function observeError(input: Received | { readonly read: Message }): Promise<Observation[]> {
  if (!('read' in input)) return observeReception(input)
  const read = contextErrorFrom(input.read.error)
  return [
    {
      by: 'contextErrorFrom',
      outcome: read === undefined ? 'reject' : 'accept',
      output: { reason: read?.code, key: read?.data?.key, paths: read?.issues.map(({ path }) => path) },
    },
  ]
}
