// Exchanges of several messages, on real clients and servers of both SDK majors.
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { installContext, tryGetContext } from 'mcp-request-context/server'
import { httpTransport, listen } from '../../support/http.js'
import { ScriptedPeer } from '../../support/scripted-peer.js'
import {
  answerOf,
  connectInMemory,
  MAJORS,
  type Major,
  MODERN,
  newClient,
  newServer,
  reply,
  type TestClient,
  type ToolCall,
} from '../../support/sdk.js'
import { type Definition, definitionOf } from '../definition.js'
import type { Observation } from '../observation.js'
import type { VectorDefinition } from '../vectors.js'

interface Call {
  readonly method: string
  readonly params?: object
}

interface ClientStep {
  readonly connect?: true
  readonly call?: Call
  readonly context?: object | null
  readonly answers?: readonly object[]
  readonly redirect?: 'same-origin' | 'other-origin'
}

interface ClientExchange {
  readonly client: {
    readonly definition: VectorDefinition
    readonly protocol?: string
    readonly context?: object
    readonly asked?: readonly (object | null)[]
  }
  readonly steps: readonly ClientStep[]
}

interface ServerExchange {
  readonly server: { readonly definition: VectorDefinition; readonly overlap?: boolean }
  readonly steps: readonly { readonly arrives: Call }[]
}

interface Sent {
  readonly method: string
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>> }
}

export async function observeExchange(input: ClientExchange | ServerExchange): Promise<Observation[]> {
  if ('server' in input) return Promise.all(MAJORS.map((major) => observeServer(major, input)))
  const majors = input.client.protocol === undefined ? MAJORS : ([2] as const)
  const isRedirected = input.steps.some(({ redirect }) => redirect !== undefined)
  return Promise.all(
    majors.map((major) => (isRedirected ? observeRedirect(major, input) : observeClient(major, input))),
  )
}

/** What the handler of each message sees, of messages that arrive one after the other or all at once. */
async function observeServer(major: Major, { server, steps }: ServerExchange): Promise<Observation> {
  const definition = definitionOf(server.definition)
  let waiting = server.overlap ? steps.length : 1
  let letAllRead = () => {}
  const allArrived = new Promise<void>((resolve) => {
    letAllRead = resolve
  })
  const host = installContext(newServer(major), definition)
  host.registerTool('read', {}, async () => {
    if (--waiting <= 0) letAllRead()
    await allArrived
    return reply(tryGetContext(definition) ?? null)
  })
  const client = newClient(major)
  await connectInMemory(client, host)
  const results: unknown[] = []
  const calls = steps.map(
    ({ arrives }) =>
      () =>
        client.callTool(structuredClone(arrives.params) as ToolCall),
  )
  if (server.overlap) results.push(...(await Promise.all(calls.map((call) => call()))))
  else for (const call of calls) results.push(await call())
  const seen = results.map(answerOf)
  return { by: `a server of SDK ${major}`, outcome: seen.at(-1) === null ? 'reject' : 'accept', output: { seen } }
}

/** What a client sends to a peer that answers by the script. */
async function observeClient(major: Major, { client: setup, steps }: ClientExchange): Promise<Observation> {
  const definition = definitionOf(setup.definition)
  const answers: object[] = []
  const peer = new ScriptedPeer(major, ({ method }) =>
    method === 'initialize' || method === 'server/discover' ? undefined : answers.shift(),
  )
  const client = newClient(major, setup.protocol === undefined ? {} : MODERN)
  const view = viewOf(client, definition, setup)
  if (!steps.some(({ connect }) => connect)) {
    await client.connect(peer.near)
    peer.received.length = 0
  }
  let start = 0
  let isCarried = true
  for (const step of steps) {
    start = peer.received.length
    answers.splice(0, answers.length, ...structuredClone(step.answers ?? []))
    const isDone = await perform(step.connect ? () => view.connect(peer.near) : sending(client, view, step))
    const contexts = peer.received.slice(start).map((message) => contextOf(message, definition))
    isCarried = isDone && contexts.length > 0 && !contexts.includes(null)
  }
  const sent = peer.received.map((message) => ({ method: message.method, context: contextOf(message, definition) }))
  await client.close()
  return {
    by: `a client of SDK ${major}`,
    outcome: isCarried ? 'accept' : 'reject',
    output: { sent },
    text: JSON.stringify([...peer.received, 'the end']),
  }
}

/** What a client sends over HTTP to a server that redirects its calls once. */
async function observeRedirect(major: Major, { client: setup, steps }: ClientExchange): Promise<Observation> {
  const definition = definitionOf(setup.definition)
  const sent: object[] = []
  let location: string | undefined
  const serve = (at: string) =>
    listen(async (request, response) => {
      if (request.method !== 'POST') return response.writeHead(405).end()
      let text = ''
      for await (const chunk of request) text += chunk
      const message = JSON.parse(text)
      if (message.id === undefined) return response.writeHead(202).end()
      const isHandshake = message.method === 'initialize'
      if (!isHandshake) sent.push({ at, method: message.method, context: contextOf(message, definition) })
      if (!isHandshake && location !== undefined) {
        response.writeHead(307, { location })
        location = undefined
        return response.end()
      }
      const result = isHandshake
        ? {
            protocolVersion: message.params.protocolVersion,
            capabilities: { tools: {} },
            serverInfo: { name: 's', version: '1' },
          }
        : { content: [] }
      response.writeHead(200, { 'content-type': 'application/json' })
      return response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }))
    })
  const [first, other] = [await serve('first'), await serve('other')]
  const client = newClient(major)
  await client.connect(httpTransport(major, first, { fetch: contextFetch(definition) }))
  let isDone = true
  for (const step of steps) {
    location = step.redirect && new URL('/there', step.redirect === 'same-origin' ? first : other).href
    isDone = await perform(sending(client, viewOf(client, definition, setup), step))
  }
  await client.close()
  return { by: `a client of SDK ${major}`, outcome: isDone ? 'accept' : 'reject', output: { sent } }
}

function viewOf(client: TestClient, definition: Definition, { context, asked }: ClientExchange['client']): TestClient {
  const left = [...(asked ?? [])]
  const source = () => {
    const fields = left.shift()
    if (!fields) throw new Error('the source fails')
    return fields
  }
  const given = asked === undefined ? context : source
  return createContextClient(client, definition, given === undefined ? {} : { context: given as object })
}

/** The client's verb for a method: a cache and further rounds are part of the verbs. */
function sending(client: TestClient, view: TestClient, { call, context }: ClientStep): () => Promise<unknown> {
  const caller = context === null ? client : context === undefined ? view : view.withContext(context)
  const { method, params } = structuredClone(call as { method: string; params: ToolCall })
  if (method === 'tools/call') return () => caller.callTool(params)
  if (method === 'resources/read') return () => caller.readResource(params)
  return () => caller.request({ method, params }, { parse: (value: unknown) => value })
}

/** Whether a step succeeds. */
async function perform(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch {
    return false
  }
}

function contextOf({ params }: Sent, { key }: Definition): unknown {
  return params?._meta?.[key] ?? null
}
