// What bad luck and bad input get: the SDK's own error where it has one, and a ContextError where it has none. Never a hang,
// and never another request's context.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { contextErrorFrom } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, installContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { EVERY_CELL } from '../support/cells.js'
import { testContext } from '../support/contexts.js'
import { eventually } from '../support/eventually.js'
import { httpTransport } from '../support/http.js'
import {
  answerOf,
  callWith,
  type Extra,
  type LinkedTransport,
  linkedPair,
  MAJORS,
  type Major,
  newClient,
  newServer,
  reply,
  type TestClient,
  type TestServer,
} from '../support/sdk.js'
import type { Cell } from './cells.js'
import { connect } from './connect.js'
import { stateful } from './endpoints.js'
import { bind } from './given.js'
import { Log } from './log.js'
import { newHost } from './server.js'

const PAIRS = MAJORS.flatMap((client) => MAJORS.map((server): [client: Major, server: Major] => [client, server]))
const READ = { name: 'read' }

/** Of an error, what a caller tells errors apart by. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { served: await call }
  } catch (error) {
    const { name, code, message } = error as Error & { code: unknown }
    return { name, code, message: message.replace(/\d+/g, 'N') }
  }
}

/** Connects by the SDK's own transports in memory: what one side sends is handled within whatever it was doing. */
async function meet(major: Major, client: TestClient, server: TestServer): Promise<void> {
  const [near, far] = linkedPair(major)
  await server.connect(far)
  await client.connect(near)
  onTestFinished(() => client.close())
}

/** A server that answers what it reads of the context in every way. */
function readingServer(major: Major, required = true, handled: () => void = () => {}): TestServer {
  const server = installContext(newServer(major), testContext, { required })
  server.registerTool('read', {}, async (extra: Extra) => {
    handled()
    await sleep(1)
    const context = tryGetContext(testContext)
    return reply({ ambient: context ?? 'none', argument: context ? readContext(testContext, extra) : 'none' })
  })
  return server
}

const seen = (context: object) => ({ ambient: context, argument: context })

describe.each([
  [1, 2],
  [2, 1],
] as const)('a server of SDK %i that calls one of SDK %i, in one process', (outer, inner) => {
  test('each reads its own context, in fifty calls at once', async () => {
    const gateway = newClient(inner)
    await meet(inner, gateway, readingServer(inner))
    const server = installContext(newServer(outer), testContext, { required: true })
    server.registerTool('read', {}, async () => {
      const { tenant } = getContext(testContext)
      const view = createContextClient(gateway, testContext, { context: { tenant: `inner of ${tenant}` } })
      return reply([answerOf(await view.callTool(READ)), getContext(testContext)])
    })
    const client = newClient(outer)
    await meet(outer, client, server)
    const root = createContextClient(client, testContext)
    const calls = Array.from({ length: 50 }, async (_, index) => {
      const tenant = `t${index}`
      const answer = answerOf(await root.withContext({ tenant }).callTool(READ))
      expect(answer).toEqual([seen({ tenant: `inner of ${tenant}` }), { tenant }])
    })
    await Promise.all(calls)
  })
})

describe('a transport that is closed in mid-request', () => {
  const PROCESSES: [transport: Cell['transport'], client: Major, server: Major][] = [
    ['stdio', 1, 1],
    ['stdio', 2, 2],
  ]
  const CUTS: [transport: Cell['transport'], client: Major, server: Major][] = [
    ...PAIRS.map((pair): (typeof CUTS)[number] => ['in memory', ...pair]),
    ...(EVERY_CELL ? PROCESSES : []),
    ...PAIRS.map((pair): (typeof CUTS)[number] => ['HTTP, stateful, SSE', ...pair]),
    ['HTTP, stateful, JSON', 1, 1],
    ['HTTP, stateful, JSON', 2, 2],
  ]

  /** A call that is being handled, for as long as the connection lasts. */
  async function holding(cell: Cell, bare: boolean, timeout = 60_000) {
    const connection = await connect(cell, bare)
    onTestFinished(() => connection.close().catch(() => {}))
    const client = bind(connection.client, bare ? 'nothing' : { tenant: 'acme' })
    const outcome = outcomeOf(callWith(cell.client, client, { name: 'hold' }, { timeout }))
    await eventually(async () => expect(await connection.seenByServer()).toMatchObject([{ label: 'hold' }]))
    return { connection, outcome }
  }

  test.each(CUTS)('%s, client %i, server %i: cut off by the server', async (transport, client, server) => {
    const cell: Cell = { client, server, era: 'initialize', transport }
    // The SDKs notice the end of a stream of HTTP, and leave the call that waits on it to its timeout.
    const timeout = transport === 'HTTP, stateful, SSE' ? 1000 : 60_000
    const [own, bare] = await Promise.all([holding(cell, false, timeout), holding(cell, true, timeout)])
    await own.connection.cut()
    await bare.connection.cut()
    const outcome = await own.outcome
    expect(outcome).toEqual(await bare.outcome)
    expect(outcome).not.toHaveProperty('served')
  })

  test.each(CUTS)('%s, client %i, server %i: closed by the client', async (transport, client, server) => {
    const cell: Cell = { client, server, era: 'initialize', transport }
    const [own, bare] = await Promise.all([holding(cell, false), holding(cell, true)])
    await own.connection.client.close()
    await bare.connection.client.close()
    expect(await own.outcome).toEqual(await bare.outcome)
    expect(await own.outcome).toMatchObject({ message: expect.stringContaining('Connection closed') })
  })

  test.each(PAIRS)('client %i, server %i: its handler keeps its context', async (client, server) => {
    const { connection, outcome } = await holding({ client, server, era: 'initialize', transport: 'in memory' }, false)
    await connection.cut()
    await outcome
    const look = { ambient: { tenant: 'acme' }, argument: { tenant: 'acme' }, header: 'acme' }
    await eventually(async () => {
      expect(await connection.seenByServer()).toEqual([{ label: 'hold, ended', first: look, later: look }])
    })
  })

  test.each(MAJORS)('SDK %i: a call whose source answers later ends with the connection', async (major) => {
    const client = newClient(major)
    const handled = vi.fn()
    await meet(major, client, readingServer(major, true, handled))
    let answer = (_fields: { tenant: string }) => {}
    const pending = new Promise<{ tenant: string }>((resolve) => {
      answer = resolve
    })
    const view = createContextClient(client, testContext).withContext(() => pending)
    const call = outcomeOf(view.request({ method: 'tools/call', params: READ }, undefined))
    await client.close()
    expect(await call).toMatchObject({ message: expect.stringMatching(/Connection closed$/) })
    answer({ tenant: 'acme' })
    await new Promise(setImmediate)
    expect(handled).not.toHaveBeenCalled()
  })
})

describe('a server that is restarted under a live client', () => {
  const TRANSPORTS = { 1: StreamableHTTPServerTransport, 2: NodeStreamableHTTPServerTransport } as const

  /** A stateful server at one address; a restart cuts its connections and forgets its sessions. */
  async function restartable(major: Major, makeServer: () => TestServer) {
    let sessions = new Map<string, StreamableHTTPServerTransport>()
    const http = createServer(async (request, response) => {
      const id = request.headers['mcp-session-id']
      let transport = sessions.get(String(id))
      if (transport === undefined && id !== undefined) {
        const error = { code: -32001, message: 'Session not found' }
        response.writeHead(404).end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
        return
      }
      if (transport === undefined) {
        const started = new TRANSPORTS[major]({
          sessionIdGenerator: randomUUID,
          onsessioninitialized: (id) => {
            sessions.set(id, started)
          },
        }) as StreamableHTTPServerTransport
        transport = started
        await makeServer().connect(transport)
      }
      await transport.handleRequest(request, response)
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`)
    onTestFinished(() => {
      http.closeAllConnections()
      http.close()
    })
    const restart = async () => {
      sessions = new Map()
      http.closeAllConnections()
      // Node's fetch is to notice, or its next request goes out on a connection that is gone.
      await eventually(() => fetch(url, { headers: { 'mcp-session-id': 'none' } }))
    }
    return { url, restart }
  }

  test.each(PAIRS)(
    'client %i, server %i: the SDK says so, and connected again the same views go on',
    async (clientMajor, serverMajor) => {
      const { url, restart } = await restartable(serverMajor, () => readingServer(serverMajor))
      const bare = await restartable(serverMajor, () => {
        const server = newServer(serverMajor)
        server.registerTool('read', {}, () => reply('bare'))
        return server
      })
      const client = newClient(clientMajor)
      const bareClient = newClient(clientMajor)
      await client.connect(httpTransport(clientMajor, url))
      await bareClient.connect(httpTransport(clientMajor, bare.url))
      onTestFinished(async () => {
        await client.close()
        await bareClient.close()
      })
      const acme = createContextClient(client, testContext).withContext({ tenant: 'acme' })
      const globex = acme.withContext({ tenant: 'globex' })
      expect(answerOf(await acme.callTool(READ))).toEqual(seen({ tenant: 'acme' }))
      await bareClient.callTool(READ)
      await restart()
      await bare.restart()
      const outcome = await outcomeOf(callWith(clientMajor, acme, READ, { timeout: 60_000 }))
      expect(outcome).toEqual(await outcomeOf(callWith(clientMajor, bareClient, READ, { timeout: 60_000 })))
      expect(outcome).not.toHaveProperty('served')
      await acme.close()
      await acme.connect(httpTransport(clientMajor, url))
      const answers = await Promise.all([globex, acme].map(async (view) => answerOf(await view.callTool(READ))))
      expect(answers).toEqual([seen({ tenant: 'globex' }), seen({ tenant: 'acme' })])
      await expect(client.callTool(READ)).rejects.toMatchObject({ data: { reason: 'missing' } })
    },
  )
})

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly data?: { readonly reason?: string } }
}

type Serve = (makeServer: () => TestServer, transport: LinkedTransport) => Promise<unknown>

/** A client that writes what it likes. */
async function rawClient(major: Major, serve: Serve, makeServer: () => TestServer) {
  const [near, far] = linkedPair(major)
  const answers: Answer[] = []
  near.onmessage = (message) => answers.push(message as Answer)
  await serve(makeServer, far)
  await near.start()
  onTestFinished(() => near.close())
  const send = (id: number, method: string, params: object = {}) => near.send({ jsonrpc: '2.0', id, method, params })
  const request = async (id: number, method: string, params: object = {}) => {
    answers.length = 0
    await send(id, method, params)
    return eventually(() => {
      const answer = answers.find((answer) => answer.id === id)
      expect(answer, method).toBeDefined()
      return answer as Answer
    })
  }
  return { send, request, answers }
}

const metaOf = (context: object) => ({ _meta: { [testContext.key]: context } })
const HELLO = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'raw', version: '1' },
}

const connected: Serve = (makeServer, transport) => makeServer().connect(transport)
const SERVED: [name: string, major: Major, serve: Serve][] = [
  ['a server of SDK 1', 1, connected],
  ['a server of SDK 2', 2, connected],
  [
    '`serveStdio` of SDK 2',
    2,
    async (makeServer, transport) => serveStdio(makeServer as never, { transport: transport as never }),
  ],
]

describe.each(SERVED)('before `initialize`, %s', (_name, major, serve) => {
  test('a call is what the SDK makes of it, under its own context or refused for it', async () => {
    const handled = vi.fn()
    const { request } = await rawClient(major, serve, () => readingServer(major, true, handled))
    const bare = await rawClient(major, serve, () => {
      const server = newServer(major)
      server.registerTool('read', {}, () => reply('bare'))
      return server
    })
    expect(answerOf((await bare.request(1, 'tools/call', READ)).result)).toBe('bare')
    const acme = await request(1, 'tools/call', { ...READ, ...metaOf({ tenant: 'acme' }) })
    expect(answerOf(acme.result)).toEqual(seen({ tenant: 'acme' }))
    const refused = [
      await request(2, 'tools/call', READ),
      await request(3, 'tools/call', { ...READ, ...metaOf({ tenant: 7 }) }),
      await request(4, 'tools/call', { ...READ, ...metaOf({ tenant: 'x'.repeat(9000) }) }),
    ]
    expect(refused.map(({ error }) => [error?.code, error?.data?.reason])).toEqual([
      [-32602, 'missing'],
      [-32602, 'invalid'],
      [-32602, 'too_large'],
    ])
    expect(handled).toHaveBeenCalledTimes(1)
    expect(await request(5, 'initialize', HELLO)).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
  })

  test('a context of the handshake itself stays with it', async () => {
    const { request, send } = await rawClient(major, serve, () => readingServer(major, false))
    const invalid = await request(1, 'initialize', { ...HELLO, ...metaOf({ tenant: 7 }) })
    expect(invalid).toMatchObject({ error: { code: -32602, data: { reason: 'invalid' } } })
    const valid = await request(2, 'initialize', { ...HELLO, ...metaOf({ tenant: 'acme' }) })
    expect(valid).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
    await send(undefined as never, 'notifications/initialized', metaOf({ tenant: 'acme' }))
    const none = await request(3, 'tools/call', READ)
    expect(answerOf(none.result)).toEqual({ ambient: 'none', argument: 'none' })
  })

  test('two requests with one id keep their contexts apart', async () => {
    const { send, request, answers } = await rawClient(major, serve, () => readingServer(major))
    await request(0, 'initialize', HELLO)
    answers.length = 0
    for (const tenant of ['acme', 'globex']) await send(1, 'tools/call', { ...READ, ...metaOf({ tenant }) })
    await eventually(() => expect(answers).toHaveLength(2))
    const read = answers.map(({ result }) => answerOf(result))
    expect(read).toEqual([seen({ tenant: 'acme' }), seen({ tenant: 'globex' })])
  })
})

describe.each(MAJORS)('before `initialize`, stateful HTTP, server of SDK %i', (major) => {
  test.each([
    ['a call', 'tools/call', READ],
    ['a listing', 'tools/list', {}],
  ])('%s with a context is refused as without this package, and nothing handles it', async (_what, method, params) => {
    const post = async (bare: boolean, context: object) => {
      const host = newHost(major, new Log(), bare)
      const { url, close } = await stateful()(host)
      onTestFinished(close)
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, ...metaOf(context) } })
      const response = await fetch(url, { method: 'POST', headers, body })
      expect(host.log.drain()).toEqual([])
      return [response.status, await response.json()]
    }
    const refused = await post(true, { tenant: 'acme' })
    expect(refused[0]).toBe(400)
    expect(await post(false, { tenant: 'acme' })).toEqual(refused)
    expect(await post(false, { tenant: 7 })).toEqual(refused)
  })
})

describe.each(PAIRS)('behind a proxy that drops `_meta`, client %i, server %i', (clientMajor, serverMajor) => {
  /** A relay of messages that takes `_meta` off while it is told to. */
  async function relayed(required: boolean, handled: () => void) {
    const [near, first] = linkedPair(clientMajor)
    const [second, far] = linkedPair(serverMajor)
    let drops = true
    relay(first, second, (message) => {
      const { params } = message as { params?: { _meta?: object } }
      return drops && params?._meta ? { ...message, params: { ...params, _meta: undefined } } : message
    })
    relay(second, first, (message) => message)
    await readingServer(serverMajor, required, handled).connect(far)
    await first.start()
    await second.start()
    const client = newClient(clientMajor)
    await client.connect(near)
    onTestFinished(() => client.close())
    return {
      view: createContextClient(client, testContext, { context: { tenant: 'acme' } }),
      keep: () => {
        drops = false
      },
    }
  }

  function relay(from: LinkedTransport, to: LinkedTransport, change: (message: object) => object): void {
    from.onmessage = (message) => void to.send(JSON.parse(JSON.stringify(change(message))))
  }

  test('a context that is required is missing, and is there again when the proxy keeps it', async () => {
    const handled = vi.fn()
    const { view, keep } = await relayed(true, handled)
    const error = await view.callTool(READ).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: -32602, data: { reason: 'missing' } })
    expect(contextErrorFrom(error)).toMatchObject({ name: 'ContextError', code: 'missing' })
    expect(handled).not.toHaveBeenCalled()
    keep()
    expect(answerOf(await view.callTool(READ))).toEqual(seen({ tenant: 'acme' }))
  })

  test('one that is not required is just not there', async () => {
    const { view } = await relayed(false, () => {})
    expect(answerOf(await view.callTool(READ))).toEqual({ ambient: 'none', argument: 'none' })
  })

  test('a proxy in the same process does not lend the context of its own request', async () => {
    const upstream = newClient(serverMajor)
    const handled = vi.fn()
    await meet(serverMajor, upstream, readingServer(serverMajor, true, handled))
    const proxy = installContext(newServer(clientMajor), testContext, { required: true })
    proxy.registerPrompt('read', {}, async () => {
      await upstream.callTool(READ)
      return { messages: [] }
    })
    const client = newClient(clientMajor)
    await meet(clientMajor, client, proxy)
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    const error = await view.getPrompt({ name: 'read' }).catch((error: unknown) => error)
    expect(contextErrorFrom(error)).toMatchObject({ name: 'ContextError', code: 'missing' })
    expect(handled).not.toHaveBeenCalled()
  })
})
