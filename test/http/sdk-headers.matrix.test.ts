// The bridge beside the headers that SDK 2 sends of its own: those of one call, and Mcp-Param-*.
import { contextErrorFrom, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { getContext, getHttpHeaders, installContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { connectCell, HTTP_CELLS, type HttpCell } from '../support/http.js'
import { answerOf, newServer, reply } from '../support/sdk.js'

const bound = defineContext({
  schema: z.object({
    tenant: z.string().optional(),
    retries: z.number().int().optional(),
    token: z.string().optional(),
  }),
  headers: {
    tenant: 'X-Tenant-Id',
    retries: { name: 'X-Retries', type: 'integer' },
    token: { name: 'Authorization', scheme: 'Bearer' },
  },
})

const CELLS = HTTP_CELLS.filter(({ client, sse }) => client === 2 && sse === undefined)
const MODERN = CELLS.filter(({ refused }) => refused === 400)

type Http = NonNullable<Parameters<typeof installContext>[2]>['http']

describe.each(CELLS)('the headers of one call, $name', (cell) => {
  async function connected(http: Http) {
    const url = await cell.serve(() => {
      const server = installContext(newServer(cell.server), bound, { http })
      server.registerTool('read', {}, () => {
        const headers = getHttpHeaders()
        const shown = ['x-own', 'x-tenant-id', 'x-retries', 'authorization'].map((name) => headers.get(name))
        return reply({ context: tryGetContext(bound) ?? null, headers: shown })
      })
      return server
    })
    const client = await connectCell(cell, url, { fetch: contextFetch(bound) })
    const view = createContextClient(client, bound)
    const call = (context: object, headers: Record<string, string>) =>
      view.withContext(context).callTool({ name: 'read' }, { headers })
    return { client, call, read: async (...args: Parameters<typeof call>) => answerOf(await call(...args)) }
  }

  test('arrive with those of the context, which win', async () => {
    const { read } = await connected({ verify: 'strict' })
    const context = { tenant: 'acme', retries: 3 }
    expect(await read(context, { 'X-Own': 'own', 'x-tenant-ID': 'callers', 'X-Retries': '9' })).toEqual({
      context,
      headers: ['own', 'acme', '3', null],
    })
  })

  test('stay where the context lacks the field, for a server that lifts them', async () => {
    const headers = { 'X-Tenant-Id': 'callers' }
    const ignoring = await connected({ verify: 'strict' })
    expect(await ignoring.read({ retries: 3 }, headers)).toEqual({
      context: { retries: 3 },
      headers: [null, null, '3', null],
    })
    const lifting = await connected({ lift: true })
    const lifted = { tenant: 'callers', retries: 3 }
    expect(await lifting.read({ retries: 3 }, headers)).toEqual({
      context: lifted,
      headers: [null, 'callers', '3', null],
    })
    expect(answerOf(await lifting.client.callTool({ name: 'read' }, { headers })).context).toEqual({
      tenant: 'callers',
    })
  })

  test('cannot set Authorization, which the context can', async () => {
    const { read } = await connected({ verify: 'strict' })
    const headers = { authorization: 'Bearer callers' }
    expect((await read({}, headers)).headers).toEqual([null, null, null, null])
    expect((await read({ token: 'users' }, headers)).headers).toEqual([null, null, null, 'Bearer users'])
  })

  test('are compared with the context where nothing mirrors it', async () => {
    const url = await cell.serve(() => {
      const server = installContext(newServer(cell.server), bound)
      server.registerTool('read', {}, () => reply(getContext(bound)))
      return server
    })
    const view = createContextClient(await connectCell(cell, url, {}), bound, { context: { tenant: 'acme' } })
    const call = (tenant: string) => view.callTool({ name: 'read' }, { headers: { 'X-Tenant-Id': tenant } })
    expect(answerOf(await call('acme'))).toEqual({ tenant: 'acme' })
    await expect(call('globex')).rejects.toMatchObject({ code: -32020, data: { reason: 'mismatch' } })
  })
})

interface Sent {
  readonly rpc: string
  readonly param: string | null
  readonly tenant: string | null
  readonly status: number
}

/** A tool with a marked argument, and a client whose headers `change` can alter on their way. */
async function callingMarkedTool(cell: HttpCell, change: (headers: Headers, sentBefore: number) => void = () => {}) {
  const handled = vi.fn()
  const url = await cell.serve(() => {
    const server = installContext(newServer(cell.server), bound, { http: { verify: 'strict' } })
    const inputSchema = z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) })
    server.registerTool('read', { inputSchema }, ({ region }: { region: string }) => {
      handled()
      return reply({ region, tenant: getContext(bound).tenant })
    })
    return server
  })
  const sent: Sent[] = []
  const calls = () => sent.filter(({ rpc }) => rpc === 'tools/call')
  const changing = async (input: string | URL, init?: RequestInit) => {
    const rpc = typeof init?.body === 'string' ? JSON.parse(init.body).method : ''
    const headers = new Headers(init?.headers)
    const [param, tenant] = [headers.get('mcp-param-region'), headers.get('x-tenant-id')]
    if (rpc === 'tools/call') change(headers, calls().length)
    const response = await fetch(input, { ...init, headers })
    sent.push({ rpc, param, tenant, status: response.status })
    return response
  }
  const client = await connectCell(cell, url, { fetch: contextFetch(bound, changing) })
  const source = vi.fn(() => ({ tenant: 'Zürich' }))
  const view = createContextClient(client, bound, { context: source })
  const call = () => view.callTool({ name: 'read', arguments: { region: '東京' } })
  return { client, view, call, calls, sent, handled, source }
}

describe.each(MODERN)('Mcp-Param headers, $name', (cell) => {
  const REGION = '=?base64?5p2x5Lqs?='
  const TENANT = '=?base64?WsO8cmljaA==?='

  test('arrive beside the context’s', async () => {
    const { client, call, calls } = await callingMarkedTool(cell)
    await client.listTools()
    expect(answerOf(await call())).toEqual({ region: '東京', tenant: 'Zürich' })
    expect(calls()).toEqual([{ rpc: 'tools/call', param: REGION, tenant: TENANT, status: 200 }])
  })

  test('that the client did not know of are fetched, and the context goes with each request', async () => {
    const { call, sent, handled, source } = await callingMarkedTool(cell)
    sent.length = 0
    expect(answerOf(await call())).toEqual({ region: '東京', tenant: 'Zürich' })
    expect(sent).toEqual([
      { rpc: 'tools/call', param: null, tenant: TENANT, status: 400 },
      { rpc: 'tools/list', param: null, tenant: TENANT, status: 200 },
      { rpc: 'tools/call', param: REGION, tenant: TENANT, status: 200 },
    ])
    expect(source).toHaveBeenCalledTimes(3)
    expect(handled).toHaveBeenCalledTimes(1)
  })

  test('that say something else are no error of the context', async () => {
    const { client, call, handled } = await callingMarkedTool(cell, (headers) => headers.set('mcp-param-region', 'eu'))
    await client.listTools()
    const error = await call().catch((error: unknown) => error)
    expect(error).toMatchObject({ code: -32020 })
    expect(contextErrorFrom(error)).toBeUndefined()
    expect(handled).not.toHaveBeenCalled()
  })

  test('that agree do not save a call whose context header says something else: it is sent twice', async () => {
    const { client, call, calls, handled } = await callingMarkedTool(cell, (headers) =>
      headers.set('x-tenant-id', 'globex'),
    )
    await client.listTools()
    const error = await call().catch((error: unknown) => error)
    expect(error).toMatchObject({ code: -32020 })
    expect(contextErrorFrom(error)).toMatchObject({ code: 'mismatch', issues: [{ path: ['tenant'] }] })
    expect(calls().map(({ status }) => status)).toEqual([400, 400])
    expect(handled).not.toHaveBeenCalled()
  })

  test('and a context header that was wrong once only is right the second time', async () => {
    const { client, call, calls, handled } = await callingMarkedTool(cell, (headers, sentBefore) => {
      if (sentBefore === 0) headers.set('x-tenant-id', 'globex')
    })
    await client.listTools()
    expect(answerOf(await call())).toEqual({ region: '東京', tenant: 'Zürich' })
    expect(calls().map(({ status }) => status)).toEqual([400, 200])
    expect(handled).toHaveBeenCalledTimes(1)
  })

  test('are known to the next call all the same when one was refused', async () => {
    const { client, call, calls } = await callingMarkedTool(cell, (headers, sentBefore) => {
      if (sentBefore < 2) headers.set('x-tenant-id', 'globex')
    })
    await client.listTools()
    await expect(call()).rejects.toMatchObject({ code: -32020 })
    const other = createContextClient(client, bound, { context: { tenant: 'acme' } })
    const { content } = await other.callTool({ name: 'read', arguments: { region: '東京' } })
    expect(answerOf({ content })).toEqual({ region: '東京', tenant: 'acme' })
    expect(calls().slice(2)).toEqual([{ rpc: 'tools/call', param: REGION, tenant: 'acme', status: 200 }])
  })

  test('are fetched for a callTool that replaced the SDK’s own too, and what it sets is set on the client', async () => {
    const { client, calls } = await callingMarkedTool(cell)
    const counting = client as typeof client & { called: number }
    const { callTool } = client
    const replacement = function (this: typeof counting, ...args: Parameters<typeof callTool>) {
      this.called++
      return callTool.apply(this, args)
    }
    Object.assign(client, { called: 0, callTool: replacement })
    const view = createContextClient(client, bound, { context: { tenant: 'acme' } })
    expect(answerOf(await view.callTool({ name: 'read', arguments: { region: '東京' } }))).toMatchObject({
      tenant: 'acme',
    })
    expect(counting.called).toBe(1)
    expect(calls().map(({ status }) => status)).toEqual([400, 200])
  })

  test('are nothing that a field can be bound to', () => {
    const headers = { region: 'Mcp-Param-Region' }
    expect(() => defineContext({ schema: z.object({ region: z.string() }), headers })).toThrow(
      expect.objectContaining({ code: 'invalid_definition' }),
    )
  })
})

test.each(CELLS.filter((cell) => !MODERN.includes(cell)))('a refused call is not sent again, $name', async (cell) => {
  const { view, call, calls } = await callingMarkedTool(cell, (headers) => headers.set('x-tenant-id', 'globex'))
  await view.listTools()
  await expect(call()).rejects.toMatchObject({ code: -32020, data: { reason: 'mismatch' } })
  expect(calls()).toHaveLength(1)
})
