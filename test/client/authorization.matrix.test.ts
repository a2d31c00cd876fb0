// What the transports of the SDKs send again once they are authorized anew.
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { getContext, installContext } from 'mcp-request-context/server'
import { describe, expect, test } from 'vitest'
import { testContext, traceContext } from '../support/contexts.js'
import { guarded } from '../support/guarded.js'
import { connectCell, HTTP_CELLS, type HttpCell } from '../support/http.js'
import { answerOf, callWith, newServer, reply } from '../support/sdk.js'

const KEY = testContext.key

describe.each(HTTP_CELLS)('$name: the access token expires', (cell) => {
  test('a source function is asked again, and the headers follow', async () => {
    const { client, gateway, posts } = await connected(cell)
    const asked: unknown[] = []
    const view = createContextClient(client, testContext).withContext(async ({ method, params }) => {
      asked.push({ method, params })
      return { tenant: gateway.token(), token: `exchanged for ${gateway.token()}` }
    })
    gateway.expire()
    const call = { name: 'whoami', arguments: {}, _meta: { own: true } }
    const answer = answerOf(await view.callTool(call))
    expect(answer).toEqual({ tenant: 'access-2', token: 'exchanged for access-2' })
    const [first, second, ...more] = posts('tools/call')
    expect(more).toEqual([])
    expect([first?.status, second?.status]).toEqual([401, 'passed'])
    expect([first?.meta[KEY], second?.meta[KEY]]).toEqual([
      { tenant: 'access-1', token: 'exchanged for access-1' },
      { tenant: 'access-2', token: 'exchanged for access-2' },
    ])
    expect(second).toMatchObject({ id: first?.id, meta: { own: true } })
    expect(second?.headers['x-tenant-id']).toBe('access-2')
    expect(asked).toEqual([1, 2].map(() => ({ method: 'tools/call', params: call })))
  })

  test('both sources of a view of a view are asked again', async () => {
    const { client, gateway, posts } = await connected(cell)
    const inner = createContextClient(client, testContext).withContext(() => ({ tenant: gateway.token() }))
    const view = createContextClient(inner, traceContext).withContext(async () => ({ span: gateway.token() }))
    gateway.expire()
    expect(answerOf(await view.callTool({ name: 'whoami' }))).toEqual({ tenant: 'access-2' })
    expect(posts('tools/call').map(({ meta }) => [meta[KEY], meta[traceContext.key]])).toEqual(
      ['access-1', 'access-2'].map((token) => [{ tenant: token }, { span: token }]),
    )
  })

  test('plain values are sent again as they are', async () => {
    const { client, gateway, posts } = await connected(cell)
    const view = createContextClient(client, testContext).withContext({ tenant: 'acme' })
    gateway.expire()
    expect(answerOf(await view.callTool({ name: 'whoami' }))).toEqual({ tenant: 'acme' })
    expect(posts('tools/call').map(({ meta }) => meta[KEY])).toEqual([{ tenant: 'acme' }, { tenant: 'acme' }])
  })

  test('a value that has gone is not sent again', async () => {
    const { client, gateway, posts } = await connected(cell)
    const view = createContextClient(client, testContext).withContext(() =>
      gateway.token() === 'access-1' ? { token: 'rotated' } : undefined,
    )
    gateway.expire()
    expect(answerOf(await view.callTool({ name: 'whoami' }))).toBe('none')
    expect(posts('tools/call').map(({ meta }) => meta[KEY])).toEqual([{ token: 'rotated' }, undefined])
  })

  test('a source function that fails the second time fails the call, and nothing is sent', async () => {
    const { client, gateway, posts } = await connected(cell)
    const view = createContextClient(client, testContext).withContext(() => {
      if (gateway.token() !== 'access-1') throw new Error('signed out')
      return { token: 'rotated' }
    })
    gateway.expire()
    await expect(view.callTool({ name: 'whoami' })).rejects.toThrow('signed out')
    expect(posts('tools/call')).toHaveLength(1)
  })

  test('a call that is aborted while its source is asked again is not sent again', async () => {
    const { client, gateway, posts } = await connected(cell)
    const aborter = new AbortController()
    const view = createContextClient(client, testContext).withContext(() => {
      if (gateway.token() === 'access-1') return { token: 'rotated' }
      queueMicrotask(() => aborter.abort(new Error('gone')))
      return new Promise<undefined>(() => {})
    })
    gateway.expire()
    await expect(callWith(cell.client, view, { name: 'whoami' }, { signal: aborter.signal })).rejects.toThrow('gone')
    expect(posts('tools/call')).toHaveLength(1)
  })

  test('a notification carries a context made anew', async () => {
    const { client, gateway, posts } = await connected(cell)
    const view = createContextClient(client, testContext).withContext(() => ({ tenant: gateway.token() }))
    gateway.expire()
    await view.notification({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } })
    expect(posts('notifications/progress').map(({ meta }) => meta[KEY])).toEqual([
      { tenant: 'access-1' },
      { tenant: 'access-2' },
    ])
  })

  test('overlapping calls keep their own contexts', async () => {
    const { client, gateway } = await connected(cell)
    const view = createContextClient(client, testContext)
    gateway.expire()
    const tenants = ['a', 'b', 'c', 'd']
    const calls = tenants.map((tenant) => view.withContext(() => ({ tenant })).callTool({ name: 'whoami' }))
    expect((await Promise.all(calls)).map(answerOf)).toEqual(tenants.map((tenant) => ({ tenant })))
  })
})

test('listen: a source function is asked again, in a view of a view too', async () => {
  const cell = HTTP_CELLS.find(({ name }) => name === 'createMcpHandler, 2026-07-28') as HttpCell
  const { client, gateway, posts } = await connected(cell)
  const inner = createContextClient(client, testContext).withContext(async () => ({ tenant: gateway.token() }))
  const view = createContextClient(inner, traceContext).withContext(() => ({ span: gateway.token() }))
  gateway.expire()
  const subscription = await view.listen({ toolsListChanged: true })
  await subscription.close()
  expect(posts('subscriptions/listen').map(({ meta }) => [meta[KEY], meta[traceContext.key]])).toEqual(
    ['access-1', 'access-2'].map((token) => [{ tenant: token }, { span: token }]),
  )
})

async function connected(cell: HttpCell) {
  const target = await cell.serve(() => {
    const server = newServer(cell.server, { capabilities: { tools: { listChanged: true } } })
    server.registerTool('whoami', {}, () => reply(contextOrNone()))
    return installContext(server, testContext)
  })
  const gateway = await guarded(target)
  const { authProvider } = gateway
  const client = await connectCell(cell, gateway.url, { authProvider, fetch: contextFetch(testContext) })
  const posts = (method: string) => gateway.attempts.filter((attempt) => attempt.method === method)
  return { client, gateway, posts }
}

function contextOrNone(): unknown {
  try {
    return getContext(testContext)
  } catch {
    return 'none'
  }
}
