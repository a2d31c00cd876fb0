// What a client keeps from one call to the next: the response cache, what it learned of tools, members built late.
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { testContext, traceContext } from '../support/contexts.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import { type Major, MODERN, newClient, type TestClient } from '../support/sdk.js'

type Fields = { tenant?: string }

/** A peer whose every answer says which tenant it is for, and may be cached for an hour. */
function tenantPeer(major: Major): ScriptedPeer {
  return new ScriptedPeer(major, ({ method, params }) => {
    const { tenant = 'nobody' } = (params?._meta?.[testContext.key] ?? {}) as Fields
    const cached = { ttlMs: 3_600_000, cacheScope: 'public', resultType: 'complete' }
    const outputSchema = { type: 'object', properties: { [tenant]: { type: 'string' } }, required: [tenant] }
    switch (method) {
      case 'tools/list':
        return {
          tools: [{ name: 'report', description: tenant, inputSchema: { type: 'object' }, outputSchema }],
          ...cached,
        }
      case 'prompts/list':
        return { prompts: [{ name: 'p', description: tenant }], ...cached }
      case 'resources/list':
        return { resources: [{ uri: 'a:b', name: tenant }], ...cached }
      case 'resources/templates/list':
        return { resourceTemplates: [{ uriTemplate: 'a:{b}', name: tenant }], ...cached }
      case 'resources/read':
        return { contents: [{ uri: 'a:b', text: tenant }], ...cached }
      case 'tools/call':
        return {
          content: [],
          structuredContent: { [String(params?.arguments ?? tenant)]: 'x' },
          resultType: 'complete',
        }
      default:
        return undefined
    }
  })
}

async function connected(major: Major, options: object = {}) {
  const peer = tenantPeer(major)
  const client = newClient(major, options)
  await client.connect(peer.near)
  onTestFinished(() => client.close())
  peer.received.length = 0
  const root = createContextClient(client, testContext)
  const [acme, other] = [root.withContext({ tenant: 'acme' }), root.withContext({ tenant: 'other' })]
  return { peer, client, root, acme, other }
}

describe('the response cache of SDK 2 on a 2026-07-28 connection', () => {
  const VERBS: [string, (client: TestClient, options?: object) => Promise<unknown>][] = [
    ['listTools', (client, options) => client.listTools(undefined, options)],
    ['listPrompts', (client, options) => client.listPrompts(undefined, options)],
    ['listResources', (client, options) => client.listResources(undefined, options)],
    ['listResourceTemplates', (client, options) => client.listResourceTemplates(undefined, options)],
    ['readResource', (client, options) => client.readResource({ uri: 'a:b' }, options)],
  ]

  test.each(VERBS)('%s: without views, the cache hands one answer to all', async (_verb, call) => {
    const { client, peer } = await connected(2, MODERN)
    await call(client)
    await call(client)
    expect(peer.received).toHaveLength(1)
  })

  test.each(VERBS)('%s: a view is served for its own context, and leaves nothing for others', async (_verb, call) => {
    const { client, acme, other } = await connected(2, MODERN)
    expect(JSON.stringify(await call(acme))).toContain('acme')
    expect(JSON.stringify(await call(other))).toContain('other')
    expect(JSON.stringify(await call(client))).toContain('nobody')
    expect(JSON.stringify(await call(acme))).toContain('acme')
  })

  test.each(VERBS)('%s: a refresh under a context stores nothing for others', async (_verb, call) => {
    const { client, acme, other } = await connected(2, MODERN)
    expect(JSON.stringify(await call(acme, { cacheMode: 'refresh' }))).toContain('acme')
    expect(JSON.stringify(await call(other, { cacheMode: 'use' }))).toContain('other')
    const fresh = await connected(2, MODERN)
    await call(fresh.acme, { cacheMode: 'refresh' })
    expect(JSON.stringify(await call(fresh.client))).toContain('nobody')
    expect(client).not.toBe(fresh.client)
  })

  test.each(VERBS)('%s: a caller who asks for the cache gets it', async (_verb, call) => {
    const { acme, peer } = await connected(2, MODERN)
    await call(acme, { cacheMode: 'use' })
    await call(acme, { cacheMode: 'use' })
    expect(peer.received).toHaveLength(1)
  })

  test.each(VERBS)('%s: a view with nothing set shares the cache of its client', async (_verb, call) => {
    const { client, root, peer } = await connected(2, MODERN)
    await call(client)
    await call(root)
    expect(peer.received).toHaveLength(1)
  })
})

describe.each([
  ['SDK 1', 1, {}],
  ['SDK 2, initialize', 2, {}],
  ['SDK 2, 2026-07-28', 2, MODERN],
] as const)('what %s learns of tools', (_name, major, options) => {
  const good = { name: 'report' }

  test('a view checks the output of its calls against its own listing', async () => {
    const { acme } = await connected(major, options)
    await acme.listTools()
    await expect(acme.callTool(good)).resolves.toMatchObject({ structuredContent: { acme: 'x' } })
    await expect(acme.callTool({ ...good, arguments: 'wrong' as never })).rejects.toThrow(/output schema/)
  })

  test('a view made of it checks against the same', async () => {
    const { acme } = await connected(major, options)
    await acme.listTools()
    const view = acme.withContext({ token: 't' })
    await expect(view.callTool({ ...good, arguments: 'wrong' as never })).rejects.toThrow(/output schema/)
  })

  test('one view’s listing changes nothing for another view or the client', async () => {
    const { client, acme, other } = await connected(major, options)
    await acme.listTools()
    await expect(other.callTool(good)).resolves.toMatchObject({ structuredContent: { other: 'x' } })
    await expect(client.callTool(good)).resolves.toMatchObject({ structuredContent: { nobody: 'x' } })
    await other.listTools()
    await expect(acme.callTool(good)).resolves.toMatchObject({ structuredContent: { acme: 'x' } })
    await expect(other.callTool(good)).resolves.toMatchObject({ structuredContent: { other: 'x' } })
  })

  test('a view without a listing of its own checks against the client’s, as the client does', async () => {
    const { client, acme } = await connected(major, options)
    await client.listTools()
    await expect(client.callTool(good)).resolves.toMatchObject({ structuredContent: { nobody: 'x' } })
    await expect(acme.callTool(good)).rejects.toThrow(/output schema/)
  })
})

describe('members that SDK 1 builds when first asked', () => {
  test('experimental.tasks, first reached through a view, ties the client to no view', async () => {
    const { client, acme, other, peer } = await connected(1)
    const tenants = () =>
      peer.of('tasks/get').map(({ params }) => (params?._meta?.[testContext.key] as Fields | undefined)?.tenant)
    for (const view of [acme, client, other, acme]) await view.experimental.tasks.getTask('t').catch(() => {})
    expect(tenants()).toEqual(['acme', undefined, 'other', 'acme'])
    expect(client.experimental).toBe(client.experimental)
  })

  test('a member of a subclass is shown with the view in the client’s place', async () => {
    class Reports {
      constructor(readonly client: ClientV1) {}
      list = () => this.client.listTools()
      today() {
        return this.client.callTool({ name: 'report' })
      }
    }
    class ReportsClient extends ClientV1 {
      #reports: Reports | undefined
      get reports() {
        this.#reports ??= new Reports(this)
        return this.#reports
      }
    }
    const peer = tenantPeer(1)
    const client = new ReportsClient({ name: 'c', version: '1' })
    await client.connect(peer.near as never)
    onTestFinished(() => client.close())
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    await expect(view.reports.today()).resolves.toMatchObject({ structuredContent: { acme: 'x' } })
    await expect(client.reports.today()).resolves.toMatchObject({ structuredContent: { nobody: 'x' } })
  })

  test('callToolStream carries the context through every request of a task', async () => {
    const { acme, peer } = await connected(1)
    for await (const _ of acme.experimental.tasks.callToolStream({ name: 'report' })) void _
    expect(peer.received.map(({ params }) => params?._meta?.[testContext.key])).toEqual([{ tenant: 'acme' }])
  })
})

describe('a request that SDK 2 repeats on its own', () => {
  test.each([
    ['at once', (token: string) => ({ token })],
    ['later', async (token: string) => ({ token })],
  ])('asks a source function again, which answers %s, and rounds keep their state', async (_when, answer) => {
    let round = 0
    const peer = new ScriptedPeer(2, ({ method }) =>
      method === 'tools/call' && ++round < 3
        ? { resultType: 'input_required', requestState: `state ${round}`, inputRequests: {} }
        : undefined,
    )
    const client = newClient(2, MODERN)
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    let rotation = 0
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } }).withContext(() =>
      answer(`T${++rotation}`),
    )
    await view.callTool({ name: 'report', _meta: { 'com.example/own': 1 } })
    const calls = peer.of('tools/call')
    expect(calls.map(({ params }) => params?._meta?.[testContext.key])).toEqual(
      ['T1', 'T2', 'T3'].map((token) => ({ tenant: 'acme', token })),
    )
    expect(calls.map(({ params }) => [params?.requestState, params?._meta?.['com.example/own']])).toEqual([
      [undefined, 1],
      ['state 1', 1],
      ['state 2', 1],
    ])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(3)
  })

  test.each<[string, unknown, unknown]>([
    ['both functions', (rotation: number) => `A${rotation}`, (rotation: number) => `B${rotation}`],
    ['the inner one alone a function', (rotation: number) => `A${rotation}`, 'B'],
    ['the outer one alone a function', 'A', (rotation: number) => `B${rotation}`],
  ])('asks the sources of a view of a view again: %s', async (_claim, inner, outer) => {
    let round = 0
    const peer = new ScriptedPeer(2, ({ method }) =>
      method === 'tools/call' && ++round < 3
        ? { resultType: 'input_required', requestState: `state ${round}`, inputRequests: {} }
        : undefined,
    )
    const client = newClient(2, MODERN)
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    const source = (value: unknown, field: string) => {
      let rotation = 0
      return typeof value === 'function' ? () => ({ [field]: value(++rotation) }) : { [field]: value }
    }
    const tenants = createContextClient(client, testContext, { context: source(inner, 'tenant') as never })
    const both = createContextClient(tenants, traceContext, { context: source(outer, 'span') as never })
    await both.callTool({ name: 'report' })
    const sent = peer.of('tools/call').map(({ params }) => {
      const meta = params?._meta as Record<string, Record<string, unknown>>
      return [meta[testContext.key]?.tenant, meta[traceContext.key]?.span]
    })
    const expected = (value: unknown, rotation: number) => (typeof value === 'function' ? value(rotation) : value)
    expect(sent).toEqual([1, 2, 3].map((rotation) => [expected(inner, rotation), expected(outer, rotation)]))
    // Once more, on the view of a view without a context of its own.
    round = 0
    await createContextClient(both, defineContext({ key: 'com.example/none', schema: z.looseObject({}) })).callTool({
      name: 'report',
    })
    const again = peer
      .of('tools/call')
      .slice(3)
      .map(({ params }) => params?._meta as Record<string, { tenant?: string }>)
    expect(again.map((meta) => meta[testContext.key]?.tenant)).toEqual([4, 5, 6].map((one) => expected(inner, one)))
  })

  test('with plain values, repeats what was sent', async () => {
    let round = 0
    const peer = new ScriptedPeer(2, ({ method }) =>
      method === 'tools/call' && ++round < 2
        ? { resultType: 'input_required', requestState: 's', inputRequests: {} }
        : undefined,
    )
    const client = newClient(2, MODERN)
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    await createContextClient(client, testContext, { context: { tenant: 'acme' } }).callTool({ name: 'report' })
    expect(peer.of('tools/call').map(({ params }) => params?._meta?.[testContext.key])).toEqual([
      { tenant: 'acme' },
      { tenant: 'acme' },
    ])
  })
})
