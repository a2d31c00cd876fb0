// An abort listener of a handler reads the context of its own request, whoever ended the request and however.
import { PassThrough } from 'node:stream'
import { StdioServerTransport as StdioV1 } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StdioServerTransport as StdioV2, serveStdio } from '@modelcontextprotocol/server/stdio'
import { contextTransport, getContext, installContext } from 'mcp-request-context/server'
import { linkedTransports } from 'mcp-request-context/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { testContext } from '../support/contexts.js'
import { eventually } from '../support/eventually.js'
import { httpTransport, serveHandler, serveSse, serveStateful, serveStateless, sseTransport } from '../support/http.js'
import {
  callWith,
  type Extra,
  linkedPair,
  MAJORS,
  type Major,
  MODERN,
  newClient,
  newServer,
  type TestClient,
  type TestServer,
} from '../support/sdk.js'

const TENANTS = ['acme', 'globex', 'initech']

/** What the abort listeners of three calls read, and how many calls are waiting in their handlers. */
class Calls {
  readonly read: unknown[] = []
  readonly servers: TestServer[] = []
  waiting = 0

  makeServer(major: Major, install: boolean): TestServer {
    const server = newServer(major)
    if (install) installContext(server, testContext, { required: true })
    server.registerTool('wait', {}, (extra: Extra) => {
      const { signal } = extra.mcpReq ?? extra
      const { tenant } = getContext(testContext)
      signal.addEventListener('abort', () => this.read.push([tenant, readTenant()]))
      this.waiting++
      return new Promise(() => {})
    })
    this.servers.push(server)
    return server
  }

  /** Calls for each tenant, and gives what cancels each call. */
  async start(major: Major, client: TestClient): Promise<AbortController[]> {
    const controllers = TENANTS.map((tenant) => {
      const controller = new AbortController()
      const params = { name: 'wait', _meta: { [testContext.key]: { tenant } } }
      callWith(major, client, params, { signal: controller.signal }).catch(() => {})
      return controller
    })
    await eventually(() => expect(this.waiting).toBe(TENANTS.length))
    return controllers
  }

  async allRead(): Promise<void> {
    await eventually(() => expect(this.read).toHaveLength(TENANTS.length))
    expect(this.read.toSorted()).toEqual(TENANTS.map((tenant) => [tenant, tenant]))
  }
}

function readTenant(): unknown {
  try {
    return getContext(testContext).tenant
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

type Meet = (calls: Calls, client: TestClient, major: Major) => Promise<unknown>
type End = 'cancelled' | 'disconnected' | 'closed by the server'

const ENDS: { [E in End]: (controllers: AbortController[], client: TestClient, calls: Calls) => unknown } = {
  cancelled: (controllers) => controllers.map((controller) => controller.abort()),
  disconnected: (_controllers, client) => client.close(),
  'closed by the server': (_controllers, _client, { servers }) => Promise.all(servers.map((server) => server.close())),
}

const http =
  (serve: (major: Major, makeServer: () => TestServer) => Promise<URL>): Meet =>
  async (calls, client, major) =>
    client.connect(httpTransport(major, await serve(major, () => calls.makeServer(major, true))))

/** Standard input and output of a server, and a client at their other ends. */
const stdio =
  (serve: (major: Major, calls: Calls, stdin: PassThrough, stdout: PassThrough) => unknown): Meet =>
  async (calls, client, major) => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()]
    const near = linkedTransports()
    await serve(major, calls, stdin, stdout)
    let rest = ''
    stdout.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() as string
      for (const line of lines) void near.server.send(JSON.parse(line))
    })
    near.server.onmessage = (message) => stdin.write(`${JSON.stringify(message)}\n`)
    near.server.onclose = () => stdin.end()
    await near.server.start()
    await client.connect(near.client)
  }

/** Where a server of each major is met, and which ends of a call it hears of there. */
const CELLS: [name: string, major: Major, options: object, meet: Meet, ends: End[]][] = []
for (const major of MAJORS) {
  CELLS.push(
    [
      'in memory',
      major,
      {},
      async (calls, client) => {
        const [near, far] = linkedPair(major)
        await calls.makeServer(major, true).connect(far)
        await client.connect(near)
      },
      ['cancelled', 'disconnected', 'closed by the server'],
    ],
    [
      'in memory, with contextTransport alone',
      major,
      {},
      async (calls, client) => {
        const [near, far] = linkedPair(major)
        await calls.makeServer(major, false).connect(contextTransport(far, testContext, { required: true }))
        await client.connect(near)
      },
      ['cancelled', 'disconnected', 'closed by the server'],
    ],
    [
      'in memory, with contextTransport on a transport in use',
      major,
      {},
      async (calls, client) => {
        const [near, far] = linkedPair(major)
        await calls.makeServer(major, false).connect(far)
        await client.connect(near)
        contextTransport(far, testContext, { required: true })
      },
      ['cancelled', 'disconnected', 'closed by the server'],
    ],
    [
      'in memory, with both',
      major,
      {},
      async (calls, client) => {
        const [near, far] = linkedPair(major)
        await calls.makeServer(major, true).connect(contextTransport(far, testContext, { required: true }))
        await client.connect(near)
      },
      ['cancelled', 'disconnected', 'closed by the server'],
    ],
    [
      'stdio',
      major,
      {},
      stdio(async (major, calls, stdin, stdout) => {
        const Stdio = major === 1 ? StdioV1 : StdioV2
        await calls.makeServer(major, true).connect(new Stdio(stdin, stdout))
      }),
      major === 1 ? ['cancelled', 'closed by the server'] : ['cancelled', 'disconnected', 'closed by the server'],
    ],
    ['stateful HTTP', major, {}, http(serveStateful), ['cancelled', 'closed by the server']],
    ['stateless HTTP', major, {}, http(serveStateless), ['closed by the server']],
  )
}
CELLS.push(
  [
    'HTTP+SSE',
    1,
    {},
    async (calls, client) => client.connect(sseTransport(await serveSse(() => calls.makeServer(1, true)))),
    ['cancelled', 'disconnected', 'closed by the server'],
  ],
  ['createMcpHandler', 2, {}, http((_major, make) => serveHandler(make)), ['closed by the server']],
  [
    'createMcpHandler, 2026-07-28',
    2,
    MODERN,
    http((_major, make) => serveHandler(make)),
    ['cancelled', 'disconnected', 'closed by the server'],
  ],
  [
    'serveStdio',
    2,
    MODERN,
    stdio((major, calls, stdin, stdout) => {
      const transport = new StdioV2(stdin, stdout)
      const served = serveStdio((() => calls.makeServer(major, true)) as never, { transport })
      onTestFinished(() => served.close())
    }),
    ['cancelled', 'disconnected', 'closed by the server'],
  ],
)

describe.each(CELLS)('%s, SDK %i', (_name, major, options, meet, ends) => {
  test.each(ends)('a call that is %s', async (end) => {
    const calls = new Calls()
    const client = newClient(major, options)
    await meet(calls, client, major)
    onTestFinished(() => client.close())
    const controllers = await calls.start(major, client)
    await ENDS[end](controllers, client, calls)
    await calls.allRead()
  })
})

describe.each(MAJORS)('SDK %i', (major) => {
  async function withOpenCall(id: string | number, by: 'installContext' | 'contextTransport') {
    const calls = new Calls()
    const [near, far] = linkedPair(major)
    const server = calls.makeServer(major, by === 'installContext')
    await server.connect(by === 'installContext' ? far : contextTransport(far, testContext))
    await near.start()
    const send = (message: object) => near.send({ jsonrpc: '2.0', ...message })
    await send({ id, method: 'tools/call', params: { name: 'wait', _meta: { [testContext.key]: { tenant: 'acme' } } } })
    await eventually(() => expect(calls.waiting).toBe(1))
    return { calls, near, far, server, send }
  }

  test('a second request with the same id takes nothing over', async () => {
    const { calls, send, near } = await withOpenCall(1, 'installContext')
    const _meta = { [testContext.key]: { tenant: 'globex' } }
    for (let round = 0; round < 20_000; round++) {
      await send({ id: 1, method: 'no/such/method', params: { _meta } })
    }
    await send({ method: 'notifications/cancelled', params: { requestId: 1, _meta } })
    await eventually(() => expect(calls.read).toEqual([['acme', 'acme']]))
    await near.close()
  })

  test.each([0, '', 'a', 2 ** 40])('an id %j is as good as any when the connection ends', async (id) => {
    const { calls, near } = await withOpenCall(id, 'contextTransport')
    await near.close()
    await eventually(() => expect(calls.read).toEqual([['acme', 'acme']]))
  })

  test('the signal keeps the reason that the SDK gives it', async () => {
    const reasons: unknown[] = []
    const server = installContext(newServer(major), testContext)
    const plain = newServer(major)
    const started = vi.fn()
    for (const one of [server, plain]) {
      one.registerTool('wait', {}, (extra: Extra) => {
        const { signal } = extra.mcpReq ?? extra
        signal.addEventListener('abort', () => reasons.push(String(signal.reason)))
        started()
        return new Promise(() => {})
      })
    }
    for (const close of [true, false]) {
      reasons.length = 0
      started.mockClear()
      const nears = [server, plain].map(async (one) => {
        const [near, far] = linkedPair(major)
        await one.connect(far)
        await near.start()
        await near.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } })
        return near
      })
      const ends = await Promise.all(nears)
      await eventually(() => expect(started).toHaveBeenCalledTimes(2))
      const params = { requestId: 1, reason: 'enough' }
      for (const near of ends) {
        if (!close) await near.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
        await near.close()
      }
      await eventually(() => expect(reasons).toHaveLength(2))
      expect(reasons[0]).toBe(reasons[1])
    }
  })

  test('onclose is called outside of requests, and before close() is done', async () => {
    const { server, far } = await withOpenCall(1, 'contextTransport')
    const onclose = vi.fn(readTenant)
    server.server.onclose = onclose
    await far.close()
    // SDK 1.x calls it twice in memory.
    expect(new Set(onclose.mock.results.map(({ value }) => value))).toEqual(new Set(['outside_request']))
    expect(server.server.transport).toBeUndefined()
  })
})
