import { ContextError } from 'mcp-request-context'
import { contextFetch, contextToHeaders } from 'mcp-request-context/http'
import { type Definition, definitionOf } from '../definition.js'
import type { Observation } from '../observation.js'
import { contextIn } from '../sending.js'
import type { VectorDefinition } from '../vectors.js'

interface Input {
  readonly definition: VectorDefinition
  readonly body: string
}

export async function observeMirroring(input: Input): Promise<Observation[]> {
  const definition = definitionOf(input.definition)
  const observations = [await throughFetch(definition, input.body)]
  const message: unknown = JSON.parse(input.body)
  const context = contextIn(message, definition)
  if (context !== null) observations.push(alone(definition, context as Record<string, unknown>))
  return observations
}

/** The headers of the one HTTP request that carries the body. */
async function throughFetch(definition: Definition, body: string): Promise<Observation> {
  const by = 'contextFetch'
  let sent: Headers | undefined
  const fetch = contextFetch(definition, async (_url, init) => {
    sent = new Headers(init?.headers)
    return new Response(null, { status: 202 })
  })
  const headers = { 'content-type': 'application/json', 'x-own': 'own' }
  try {
    await fetch('http://127.0.0.1:9/mcp', { method: 'POST', body, headers })
  } catch (error) {
    if (!(error instanceof ContextError)) throw error
    return { by, outcome: 'reject', output: { sent: sent !== undefined, headers: {} } }
  }
  if (sent?.get('x-own') !== 'own') throw new Error('a header of the caller’s own was lost')
  const mirrored = boundIn(definition, sent)
  // A context of which no field is bound is mirrored, into no header; where there is none, nothing is.
  const carries = Object.keys(mirrored).length > 0 || contextIn(JSON.parse(body), definition) !== null
  return { by, outcome: carries ? 'accept' : 'reject', output: { sent: true, headers: mirrored } }
}

function alone(definition: Definition, context: Record<string, unknown>): Observation {
  const by = 'contextToHeaders'
  try {
    const headers = boundIn(definition, contextToHeaders(definition, context))
    return { by, outcome: 'accept', output: { sent: true, headers } }
  } catch (error) {
    if (!(error instanceof ContextError)) throw error
    return { by, outcome: 'reject', output: { sent: false, headers: {} } }
  }
}

function boundIn(definition: Definition, headers: Headers): Record<string, string> {
  return Object.fromEntries(
    definition.headers.flatMap(({ name }) => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
}
