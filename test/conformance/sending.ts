// A message as a client sends it: a view of an SDK client, whose other end records what arrives.
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { ContextError, EXTENSION_ID } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { ScriptedPeer } from '../support/scripted-peer.js'
import { newClient, type TestClient } from '../support/sdk.js'
import { definitionOf } from './definition.js'
import type { Observation } from './observation.js'
import type { Message, Path, VectorDefinition } from './vectors.js'

/** The values of `notJson` that JSON cannot carry, but for a cycle. */
const NOT_JSON = {
  nan: Number.NaN,
  infinity: Infinity,
  'negative-infinity': -Infinity,
  'beyond-double': 10n ** 400n,
} as const

export interface Source {
  readonly fields: Readonly<Record<string, unknown>>
  readonly remove?: readonly string[]
  readonly noValue?: readonly string[]
  readonly notJson?: { readonly kind: keyof typeof NOT_JSON | 'cycle'; readonly path: Path }
}

export interface SourcedContext {
  readonly definition: VectorDefinition
  readonly sources: readonly Source[]
}

export interface Sending {
  readonly message: Message
  readonly contexts: readonly SourcedContext[]
  /** The settings of a server whose support is required; `null` for one that has none. */
  readonly requireSupport?: { readonly settings: object | null }
}

/** Observes the message that arrives, or why none does. */
export async function observeSending(sending: Sending): Promise<Observation> {
  const by = 'a client'
  const peer = peerWith(sending.requireSupport?.settings ?? null)
  const client = newClient(1)
  await client.connect(peer.near)
  peer.received.length = 0
  try {
    await sendThrough(viewOf(client, sending), sending.message)
  } catch (error) {
    if (!(error instanceof ContextError)) throw error
    const reason = peer.received.length === 0 ? error.code : 'sent all the same'
    return { by, outcome: 'reject', output: { reason } }
  } finally {
    await client.close()
  }
  const [arrived, ...more] = peer.received.map((message) => JSON.parse(JSON.stringify(message)) as Message)
  if (arrived === undefined || more.length > 0) throw new Error(`${peer.received.length} messages arrived`)
  // The SDK gives a request its own id.
  const message = arrived.id === undefined ? arrived : { ...arrived, id: sending.message.id }
  return { by, outcome: 'accept', output: { message } }
}

/** The context under a definition's key in a message that was sent; `null` where there is none. */
export function contextIn(message: unknown, { key }: { readonly key: string }): unknown {
  const meta = (message as Message | undefined)?.params?._meta
  return typeof meta === 'object' && Object.hasOwn(meta, key) ? meta[key] : null
}

function viewOf(client: TestClient, { contexts, requireSupport }: Sending): TestClient {
  let view = client
  for (const { definition, sources } of contexts) {
    const options = { requireSupport: requireSupport !== undefined }
    let bound = createContextClient(view, definitionOf(definition), options)
    for (const source of sources) bound = bound.withContext(fieldsOf(source))
    view = bound
  }
  return view
}

async function sendThrough(view: TestClient, { id, method, params }: Message): Promise<void> {
  const message = structuredClone({ method, ...(params && { params }) })
  if (id === undefined) await view.notification(message)
  else await view.request(message, ResultSchema)
}

function fieldsOf({ fields, remove = [], noValue = [], notJson }: Source): Record<string, unknown> {
  const given = structuredClone(fields) as Record<string, unknown>
  for (const name of [...remove, ...noValue]) given[name] = undefined
  if (notJson === undefined) return given
  const above = notJson.path.slice(0, -1)
  let place = given as Record<string | number, unknown>
  for (const name of above) place = place[name] as Record<string | number, unknown>
  const top = given[String(notJson.path[0])]
  place[notJson.path.at(-1) as string | number] = notJson.kind === 'cycle' ? top : NOT_JSON[notJson.kind]
  return given
}

function peerWith(settings: object | null): ScriptedPeer {
  const extensions = settings === null ? {} : { [EXTENSION_ID]: settings }
  return new ScriptedPeer(1, ({ method, params }) =>
    method === 'initialize'
      ? {
          protocolVersion: params?.protocolVersion,
          capabilities: { tools: {}, prompts: {}, resources: {}, extensions },
          serverInfo: { name: 'scripted', version: '1.0.0' },
        }
      : undefined,
  )
}
