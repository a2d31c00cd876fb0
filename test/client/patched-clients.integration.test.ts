// A client whose `request` somebody has replaced, or overridden: a message must not leave without its context.
import { createContextClient } from 'mcp-request-context/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testContext, traceContext } from '../support/contexts.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import { MAJORS, newClient, type TestClient } from '../support/sdk.js'

const KEY = testContext.key
const TOOL = { name: 'whoami' }
type View = TestClient & { withContext(source: unknown): View }
type Call = (...args: unknown[]) => Promise<unknown>

const SOURCES: Readonly<Record<string, unknown>> = {
  'an object': { tenant: 'acme' },
  'a function': () => ({ tenant: 'acme' }),
  'an async function': async () => ({ tenant: 'acme' }),
}

describe.each(MAJORS)('SDK %i', (major) => {
  async function connected(client: TestClient) {
    const peer = new ScriptedPeer(major)
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    return { peer, root: createContextClient(client, testContext) as unknown as View }
  }

  describe.each(Object.entries(SOURCES))('the context of %s', (_what, source) => {
    test('is sent by a request that is bound to its client', async () => {
      const client = newClient(major)
      const { peer, root } = await connected(client)
      const request = (client.request as Call).bind(client)
      Object.assign(client, { request: (...args: unknown[]) => request(...args) })
      await root.withContext(source).callTool(TOOL)
      expect(peer.of('tools/call')[0]?.params?._meta).toEqual({ [KEY]: { tenant: 'acme' } })
    })

    test('is sent by a subclass that sends a message of its own first, which has none', async () => {
      const Base = newClient(major).constructor as new (...args: unknown[]) => { request: Call }
      class Pinging extends Base {
        override request = async (...args: unknown[]) => {
          const [{ method }] = args as [{ method: string }]
          if (method === 'tools/call') await super.request({ method: 'ping' }, ...args.slice(1, -1)).catch(() => {})
          return super.request(...args)
        }
      }
      const client = new Pinging({ name: 'pinging', version: '1.0.0' }) as unknown as TestClient
      const { peer, root } = await connected(client)
      await root.withContext(source).callTool(TOOL)
      expect(peer.of('ping')[0]?.params?._meta).toBeUndefined()
      expect(peer.of('tools/call')[0]?.params?._meta).toEqual({ [KEY]: { tenant: 'acme' } })
    })
  })

  test('a conflict with one context leaves no rejection of another unhandled', async () => {
    const { peer, root } = await connected(newClient(major))
    const inner = root.withContext(() => Promise.reject(new Error('signed out')))
    const view = (createContextClient(inner as never, traceContext) as unknown as View).withContext({ span: 's' })
    const call = view.callTool({ ...TOOL, _meta: { [traceContext.key]: { span: 'own' } } })
    await expect(call).rejects.toMatchObject({ code: 'conflict' })
    expect(peer.of('tools/call')).toEqual([])
  })
})
