// The gateways of docs/http-bridge.md run: real clients go through them to real servers.

import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { getContext, installContext } from 'mcp-request-context/server'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.js'
import { httpTransport } from '../support/http.js'
import { output } from '../support/markdown.js'
import { freePort } from '../support/processes.js'
import { answerOf, type Extra, type Major, MODERN, newClient, newServer, reply } from '../support/sdk.js'
import { configuration, programs, snippets } from './document.js'
import { folderWith, type Program, start } from './programs.js'

// As context.ts of the document has them: the gateways run with that one.
const callContext = defineContext({
  schema: z.object({ tenant: z.string(), trace: z.string().optional() }),
  headers: { tenant: 'X-Tenant-Id', trace: 'X-Trace-Id' },
})
const gatewayContext = defineContext({
  key: 'com.example/gateway',
  schema: z.object({ token: z.string() }),
  headers: { token: 'X-Forwarded-Access-Token' },
  sensitive: ['token'],
})

const TENANTS = ['acme', 'globex'] as const
type Tenant = (typeof TENANTS)[number]

describe.each(['gateway-express.ts', 'gateway-hono.ts'])('%s', (program) => {
  let folder: string
  let gateway: Program
  let url: URL
  const servers: Server[] = []
  const ports: string[] = []
  const arrived: { tenant: Tenant; method: string; headers: IncomingHttpHeaders }[] = []
  const handlers = {} as Record<Tenant, RequestListener>
  /** Settles a call of `wait`. */
  let release = () => {}

  function makeServer(tenant: Tenant, major: Major) {
    const server = newServer(major)
    installContext(server, callContext, { required: true, http: { verify: 'strict' } })
    installContext(server, gatewayContext, {
      required: true,
      http: { verify: 'strict', lift: true, prefer: 'header' },
    })
    server.registerTool('whoami', {}, () =>
      reply({ server: tenant, ...getContext(callContext), ...getContext(gatewayContext) }),
    )
    server.registerTool('wait', {}, async (extra: Extra) => {
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const { progressToken } = (extra.mcpReq ?? extra)._meta
      const notify = extra.mcpReq?.notify ?? extra.sendNotification
      await notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
      await released
      return reply('released')
    })
    return server
  }

  beforeAll(async () => {
    for (const tenant of TENANTS) {
      const handler = createMcpHandler(() => makeServer(tenant, 2) as never)
      handlers[tenant] = toNodeHandler(handler) as never
      const server = createServer((request, response) => {
        arrived.push({ tenant, method: request.method ?? '', headers: request.headers })
        handlers[tenant](request, response)
      })
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      ports.push(String((server.address() as AddressInfo).port))
    }
    const port = String(await freePort())
    folder = await folderWith({ 3001: ports[0], 3002: ports[1], 8080: port })
    gateway = await start(folder, program, port)
    url = new URL(`http://127.0.0.1:${port}/mcp`)
  })

  afterAll(async () => {
    await gateway.stop()
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
    await rm(folder, { recursive: true, force: true })
  })

  async function connected(major: Major, options: object = {}, headers: Record<string, string> = {}) {
    const client = newClient(major, options)
    const requestInit = { headers: { authorization: 'Bearer SESSION_2', ...headers } }
    await client.connect(httpTransport(major, url, { fetch: contextFetch(callContext), requestInit }))
    onTestFinished(() => client.close())
    return createContextClient(client, callContext)
  }

  /** A request that no SDK would send. */
  function post(headers: Record<string, string>, params: object = {}, init: RequestInit = {}): Promise<Response> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const mcp = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    return fetch(url, { method: 'POST', body, headers: { ...mcp, ...headers }, ...init })
  }

  const CLIENTS: [name: string, major: Major, options: object][] = [
    ['SDK 1', 1, {}],
    ['SDK 2', 2, {}],
    ['SDK 2, 2026-07-28', 2, MODERN],
  ]

  describe.each(CLIENTS)('a client of %s', (_name, major, options) => {
    test('is routed by tenant, call by call, and its calls get the token of its session', async () => {
      const view = await connected(major, options)
      const calls = Array.from({ length: 30 }, async (_, index) => {
        const tenant = TENANTS[index % 2] as Tenant
        const context = { tenant, trace: `trace ä ${index}` }
        const seen = answerOf(await view.withContext(context).callTool({ name: 'whoami' }))
        expect(seen).toEqual({ server: tenant, ...context, token: 'TOKEN_2' })
      })
      await Promise.all(calls)
    })

    test('cannot set the token, in a header or in the context', async () => {
      arrived.length = 0
      const forged = { 'X-Forwarded-Access-Token': 'FORGED', cookie: 'a=FORGED', 'x-internal': 'FORGED' }
      const view = await connected(major, options, forged)
      const _meta = { [gatewayContext.key]: { token: 'FORGED' } }
      const seen = answerOf(await view.withContext({ tenant: 'acme' }).callTool({ name: 'whoami', _meta }))
      expect(seen).toEqual({ server: 'acme', tenant: 'acme', token: 'TOKEN_2' })
      expect(arrived.length).toBeGreaterThan(1)
      for (const { headers } of arrived) {
        expect(headers['x-forwarded-access-token']).toBe('TOKEN_2')
        expect(JSON.stringify(headers)).not.toMatch(/FORGED|SESSION/)
      }
    })

    test('gets progress while its call still runs', async () => {
      const view = await connected(major, options)
      const onprogress = vi.fn(() => release())
      const params = { name: 'wait' }
      const rest = major === 1 ? [undefined, { onprogress }] : [{ onprogress }]
      expect(answerOf(await view.withContext({ tenant: 'globex' }).callTool(params, ...rest))).toBe('released')
      expect(onprogress).toHaveBeenCalledTimes(1)
    })
  })

  test.each<[string, number, Record<string, string>]>([
    ['without a session', 401, { 'x-tenant-id': 'acme' }],
    ['with a session that is none', 401, { authorization: 'Bearer SESSION_9' }],
    ['to a tenant of others', 403, { authorization: 'Bearer SESSION_1', 'x-tenant-id': 'globex' }],
    ['to a tenant that there is not', 403, { authorization: 'Bearer SESSION_2', 'x-tenant-id': 'initech' }],
    ['to two tenants', 403, { authorization: 'Bearer SESSION_2', 'x-tenant-id': 'acme, globex' }],
    ['to what cannot be read', 400, { authorization: 'Bearer SESSION_2', 'x-tenant-id': '=?base64?Y?=' }],
  ])('a request %s is answered %i, and arrives nowhere', async (_claim, status, headers) => {
    arrived.length = 0
    expect((await post(headers)).status).toBe(status)
    expect(arrived).toEqual([])
  })

  test('a header that contradicts the context is refused by the server', async () => {
    const _meta = { [callContext.key]: { tenant: 'globex' } }
    const headers = { authorization: 'Bearer SESSION_2', 'x-tenant-id': 'acme' }
    expect(await (await post(headers, { name: 'whoami', _meta })).text()).toContain('-32020')
  })

  test('a stream of server messages opens before anything comes on it', async () => {
    const { globex } = handlers
    onTestFinished(() => {
      handlers.globex = globex
    })
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID })
    const server = makeServer('globex', 1)
    await server.connect(transport)
    handlers.globex = (request, response) => transport.handleRequest(request, response)
    const client = newClient(1)
    const changed = new Promise<void>((resolve) => {
      client.fallbackNotificationHandler = async () => resolve()
    })
    const requestInit = { headers: { authorization: 'Bearer SESSION_2' } }
    const opened: number[] = []
    const watching = async (input: string | URL, init?: RequestInit) => {
      const response = await fetch(input, init)
      if (init?.method === 'GET') opened.push(response.status)
      return response
    }
    await client.connect(httpTransport(1, url, { fetch: watching, requestInit }))
    onTestFinished(() => client.close())
    await eventually(() => expect(opened).toEqual([200]))
    await server.server.notification({ method: 'notifications/tools/list_changed' })
    await changed
    await client.transport.terminateSession()
  })

  test.each<[when: string, starts: boolean]>([
    ['before its answer starts', false],
    ['amid its answer', true],
  ])(
    'a client that goes away %s ends the request at the server',
    async (_when, starts) => {
      const { globex } = handlers
      onTestFinished(() => {
        handlers.globex = globex
      })
      const upstream = new EventEmitter()
      const [reached, ended] = [once(upstream, 'reached'), once(upstream, 'ended')]
      handlers.globex = (_request, response) => {
        response.on('close', () => upstream.emit('ended'))
        if (starts) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n')
        upstream.emit('reached')
      }
      const aborter = new AbortController()
      const answer = post({ authorization: 'Bearer SESSION_2' }, {}, { signal: aborter.signal })
      await reached
      if (starts) await (await answer).body?.getReader().read()
      else answer.catch(() => undefined)
      aborter.abort()
      await ended
    },
    10_000,
  )

  test('a redirect is not followed', async () => {
    const { acme } = handlers
    onTestFinished(() => {
      handlers.acme = acme
    })
    arrived.length = 0
    const location = `http://127.0.0.1:${ports[1]}/mcp`
    handlers.acme = (_request, response) => response.writeHead(307, { location }).end()
    const headers = { authorization: 'Bearer SESSION_1' }
    expect((await post(headers, {}, { redirect: 'manual' })).status).toBe(307)
    expect(arrived.map(({ tenant }) => tenant)).toEqual(['acme'])
  })

  test('a server that is down is answered 502', async () => {
    const [acme] = servers
    acme?.closeAllConnections()
    await new Promise((resolve) => acme?.close(resolve))
    expect((await post({ authorization: 'Bearer SESSION_1' })).status).toBe(502)
  })
})

describe('the programs of the document together', () => {
  let folder: string
  const running: Program[] = []
  const ports = { 3001: '', 3002: '', 8080: '' }

  beforeAll(async () => {
    for (const port of [3001, 3002, 8080] as const) ports[port] = String(await freePort())
    const client = programs.get('client.ts') ?? ''
    const imports = /^import \{ Client \}.*\nimport \{ StreamableHTTPClientTransport \}.*\n/
    expect(client).toMatch(imports)
    folder = await folderWith(ports, { 'client2.ts': client.replace(imports, snippets[0] ?? '') })
    running.push(
      await start(folder, 'server.ts', ports[3001]),
      await start(folder, 'server.ts', ports[3002]),
      await start(folder, 'gateway-express.ts', ports[8080]),
    )
  })

  afterAll(async () => {
    await Promise.all(running.map((program) => program.stop()))
    await rm(folder, { recursive: true, force: true })
  })

  /** A call of a client that checks nothing, and sends what it likes. */
  async function call(port: string, _meta: object, headers: Record<string, string>) {
    const client = newClient(1)
    const requestInit = { headers: { authorization: 'Bearer SESSION_1', ...headers } }
    await client.connect(httpTransport(1, new URL(`http://127.0.0.1:${port}/mcp`), { requestInit }))
    onTestFinished(() => client.close())
    return client.callTool({ name: 'whoami', _meta }).then(({ content }) => content[0]?.text, Object)
  }

  const named = { [callContext.key]: { tenant: 'acme' } }
  const forged = { ...named, [gatewayContext.key]: { token: 'FORGED' } }

  test('the token of the gateway counts, whatever the context says', async () => {
    expect(await call(ports[8080], forged, { 'x-tenant-id': 'acme' })).toBe('acme TOKEN_1')
  })

  test.each<[claim: string, meta: object, headers: Record<string, string>, code: number]>([
    ['a token that no gateway set', forged, { 'x-tenant-id': 'acme' }, -32020],
    ['no token', named, { 'x-tenant-id': 'acme' }, -32602],
    ['another tenant in the header', named, { 'x-tenant-id': 'globex', 'x-forwarded-access-token': 'T' }, -32020],
    ['a tenant without its header', named, { 'x-forwarded-access-token': 'T' }, -32020],
    ['no tenant', {}, { 'x-tenant-id': 'acme', 'x-forwarded-access-token': 'T' }, -32602],
  ])('the server refuses %s', async (_claim, meta, headers, code) => {
    expect(await call(ports[3001], meta, headers)).toMatchObject({ code })
  })

  test.each(['client.ts', 'client2.ts'])('%s prints what the document says', async (program) => {
    expect(await output(folder, program)).toBe(configuration('text', 'client.ts'))
  })
})
