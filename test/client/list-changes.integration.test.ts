// What an SDK client sends by itself when a list of its server has changed, and what views remember of the old list.
import { createContextClient } from 'mcp-request-context/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { testContext } from '../support/contexts.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import { type Major, MODERN, newClient, type TestClient } from '../support/sdk.js'

const KEY = testContext.key
const ACME = { tenant: 'acme' }
const LISTS = {
  tools: { tools: [{ name: 'whoami', inputSchema: { type: 'object' } }] },
  prompts: { prompts: [{ name: 'greet' }] },
  resources: { resources: [{ uri: 'test:a', name: 'a' }] },
} as const
type List = keyof typeof LISTS

const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true },
}

const CONNECTIONS: readonly [string, Major, object][] = [
  ['SDK 1', 1, {}],
  ['SDK 2, initialize', 2, {}],
  ['SDK 2, 2026-07-28', 2, MODERN],
]

/** A server that lists, that says so when a list changes, and whose tool answers with the outputs of the test. */
class ListingPeer extends ScriptedPeer {
  outputSchema: object | undefined
  output: object = {}

  constructor(major: Major) {
    super(major, (request) => {
      const { method, params, id } = request as { method: string; params?: Record<string, unknown>; id?: unknown }
      if (method === 'initialize') {
        return {
          protocolVersion: params?.protocolVersion,
          capabilities: CAPABILITIES,
          serverInfo: { name: 'listing', version: '1.0.0' },
        }
      }
      if (method === 'server/discover') {
        return {
          supportedVersions: ['2026-07-28'],
          capabilities: CAPABILITIES,
          resultType: 'complete',
          ttlMs: 0,
          cacheScope: 'private',
        }
      }
      if (method === 'subscriptions/listen') {
        void this.send({
          method: 'notifications/subscriptions/acknowledged',
          params: {
            _meta: { 'io.modelcontextprotocol/subscriptionId': id },
            notifications: params?.notifications ?? {},
          },
        })
        return { resultType: 'complete' }
      }
      const more = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
      if (method === 'tools/list' && this.outputSchema !== undefined) {
        return { tools: [{ ...LISTS.tools.tools[0], outputSchema: this.outputSchema }], ...more }
      }
      const list = method.endsWith('/list') ? LISTS[method.split('/')[0] as List] : undefined
      if (list !== undefined) return { ...list, ...more }
      return method === 'tools/call' ? { content: [], structuredContent: this.output, ...more } : undefined
    })
  }

  changed(list: List): Promise<void> {
    return this.send({ method: `notifications/${list}/list_changed` })
  }

  sentTo(method: string): unknown[] {
    return this.of(method).map(({ params }) => params?._meta?.[KEY])
  }
}

describe.each(CONNECTIONS)('%s', (_name, major, options) => {
  function clientWith(listChanged: object): { client: TestClient; peer: ListingPeer } {
    const client = newClient(major, { ...options, listChanged })
    onTestFinished(() => client.close())
    return { client, peer: new ListingPeer(major) }
  }

  test.each(['tools', 'prompts', 'resources'] as const)(
    '%s are listed again with the context of the client',
    async (list) => {
      const onChanged = vi.fn()
      const { client, peer } = clientWith({ [list]: { onChanged, debounceMs: 0 } })
      const view = createContextClient(client, testContext, { context: ACME })
      await view.connect(peer.near)
      await peer.changed(list)
      await vi.waitFor(() => expect(onChanged).toHaveBeenCalledTimes(1))
      expect(onChanged.mock.calls[0]).toMatchObject([null, LISTS[list][list as never]])
      expect(peer.sentTo(`${list}/list`)).toEqual([ACME])
    },
  )

  test('so it is where the client itself connects, and after it has connected again', async () => {
    const onChanged = vi.fn()
    const { client, peer } = clientWith({ tools: { onChanged, debounceMs: 0 } })
    createContextClient(client, testContext, { context: ACME })
    await client.connect(peer.near)
    await peer.changed('tools')
    await vi.waitFor(() => expect(onChanged).toHaveBeenCalledTimes(1))
    await client.close()
    const second = new ListingPeer(major)
    await client.connect(second.near)
    await second.changed('tools')
    await vi.waitFor(() => expect(onChanged).toHaveBeenCalledTimes(2))
    expect([...peer.sentTo('tools/list'), ...second.sentTo('tools/list')]).toEqual([ACME, ACME])
    await client.listTools()
    expect(second.sentTo('tools/list')).toEqual([ACME, undefined])
  })

  test('a client that was created without a context lists without one', async () => {
    const onChanged = vi.fn()
    const { client, peer } = clientWith({ tools: { onChanged, debounceMs: 0 } })
    const root = createContextClient(client, testContext)
    await root.withContext(ACME).connect(peer.near)
    await peer.changed('tools')
    await vi.waitFor(() => expect(onChanged).toHaveBeenCalledTimes(1))
    expect(peer.sentTo('tools/list')).toEqual([undefined])
  })

  test('a view forgets what it learned of the tools, and so do the views made of it', async () => {
    const { client, peer } = clientWith({})
    await client.connect(peer.near)
    peer.outputSchema = { type: 'object', properties: { old: { type: 'string' } }, required: ['old'] }
    peer.output = { old: 'yes' }
    const view = createContextClient(client, testContext).withContext(ACME)
    await view.listTools()
    const child = view.withContext({ retries: 1 })
    await view.callTool({ name: 'whoami' })
    peer.output = { new: 'yes' }
    await expect(view.callTool({ name: 'whoami' })).rejects.toThrow(/does not match/)
    await peer.changed('tools')
    await vi.waitFor(() => expect(Reflect.get(client, '_notificationHandlers')).toBeDefined())
    for (const forgetful of [view, child]) {
      expect(await forgetful.callTool({ name: 'whoami' })).toMatchObject({ structuredContent: { new: 'yes' } })
    }
    await view.listTools()
    await expect(view.callTool({ name: 'whoami' })).rejects.toThrow(/does not match/)
  })

  test('a listing that was asked for before the change is not remembered', async () => {
    const { client, peer } = clientWith({})
    await client.connect(peer.near)
    peer.outputSchema = { type: 'object', required: ['old'] }
    peer.output = { new: 'yes' }
    const view = createContextClient(client, testContext).withContext(ACME)
    const listing = view.listTools()
    await peer.changed('tools')
    await listing
    expect(await view.callTool({ name: 'whoami' })).toMatchObject({ structuredContent: { new: 'yes' } })
  })
})
