// Calling a tool is the most frequent call, and a view has a shorter way for it: what must hold on that way too.
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { CONTEXT_META_KEY, ContextError, type ContextSchema, defineContext, EXTENSION_ID } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import { MAJORS, type Major, newClient, type TestClient } from '../support/sdk.js'

const TOOL = { name: 'whoami' }
const ACME = { tenant: 'acme' }

type Fields = Record<string, unknown>

/** A schema that counts how often it is asked, and refuses a tenant called `refused`. */
function counted(asynchronous = false) {
  const schema = {
    asked: 0,
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value: unknown) {
        schema.asked++
        const fields = value as Fields
        const result = fields.tenant === 'refused' ? { issues: [{ message: 'is refused' }] } : { value: fields }
        // What a schema does to what it is given is its own affair.
        fields.tenant = 'changed by the schema'
        return asynchronous ? Promise.resolve(result) : result
      },
    },
  }
  return { schema, definition: defineContext({ schema: schema as unknown as ContextSchema<Fields> }) }
}

describe.each(MAJORS)('callTool of a view, SDK %i', (major) => {
  async function connected(answer?: ConstructorParameters<typeof ScriptedPeer>[1], client = newClient(major)) {
    const peer = new ScriptedPeer(major, answer)
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    const sent = () => peer.of('tools/call').map(({ params }) => params?._meta?.[CONTEXT_META_KEY])
    return { client, peer, sent }
  }

  test('a synchronous schema is asked about plain values once, and what is sent stays the same', async () => {
    const { client, sent } = await connected()
    const { schema, definition } = counted()
    const view = createContextClient(client, definition).withContext({ tenant: 'acme', list: [{ deep: 1 }] })
    expect(schema.asked).toBe(0)
    for (let call = 0; call < 3; call++) await view.callTool(TOOL)
    expect(schema.asked).toBe(1)
    expect(sent()).toEqual(Array(3).fill({ tenant: 'acme', list: [{ deep: 1 }] }))
    await view.withContext({ tenant: 'other' }).callTool(TOOL)
    expect(schema.asked).toBe(2)
    expect(sent()[3]).toEqual({ tenant: 'other', list: [{ deep: 1 }] })
  })

  test.each<[string, boolean, unknown]>([
    ['an asynchronous schema', true, ACME],
    ['the answers of a function', false, () => ACME],
    ['values that are refused', false, { tenant: 'refused' }],
  ])('%s: asked for each call', async (_claim, asynchronous, source) => {
    const { client, peer } = await connected()
    const { schema, definition } = counted(asynchronous)
    const view = createContextClient(client, definition).withContext(source as never)
    const outcomes = []
    for (let call = 1; call <= 3; call++) {
      outcomes.push(
        await view.callTool(TOOL).then(
          () => 'sent',
          (error) => (error as ContextError).code,
        ),
      )
      expect(schema.asked).toBe(call)
    }
    const refused = (source as Fields).tenant === 'refused'
    expect(outcomes).toEqual(Array(3).fill(refused ? 'invalid' : 'sent'))
    expect(peer.of('tools/call')).toHaveLength(refused ? 0 : 3)
  })

  test('whoever gets a message in memory can do with it what it likes', async () => {
    const { client, sent } = await connected(({ method, params }) => {
      const context = params?._meta?.[CONTEXT_META_KEY] as { tenant: string; user: { roles: string[] } } | undefined
      if (method === 'tools/call' && context !== undefined) {
        context.tenant = 'changed'
        context.user.roles.push('changed')
      }
      return undefined
    })
    const context = { tenant: 'acme', user: { id: 'u', roles: ['r'] } }
    const view = createContextClient(client, testContext).withContext(context)
    for (let call = 0; call < 3; call++) await view.callTool(TOOL)
    expect(sent()).toEqual(Array(3).fill(context))
  })

  test('a conflict rejects the first call and the later ones', async () => {
    const { client, peer } = await connected()
    const view = createContextClient(client, testContext).withContext(ACME)
    const conflict = { ...TOOL, _meta: { [CONTEXT_META_KEY]: {} } }
    await expect(view.callTool(conflict)).rejects.toMatchObject({ code: 'conflict' })
    await view.callTool(TOOL)
    const later = view.callTool(conflict)
    await expect(later).rejects.toBeInstanceOf(ContextError)
    expect(peer.of('tools/call')).toHaveLength(1)
  })

  test('a server that is required to support the context is asked before each call', async () => {
    const { client, peer } = await connected()
    let capabilities = {}
    Object.assign(client, { getServerCapabilities: () => capabilities })
    const view = createContextClient(client, testContext, { requireSupport: true }).withContext(ACME)
    const call = () =>
      view.callTool(TOOL).then(
        () => 'sent',
        (error) => (error as ContextError).code,
      )
    const outcomes = [await call()]
    // The client is connected to one server after another.
    for (const contexts of [{ [CONTEXT_META_KEY]: {} }, {}, { [CONTEXT_META_KEY]: {} }]) {
      capabilities = { extensions: { [EXTENSION_ID]: { contexts } } }
      outcomes.push(await call())
    }
    expect(outcomes).toEqual(['unsupported', 'sent', 'unsupported', 'sent'])
    expect(peer.of('tools/call')).toHaveLength(2)
  })

  test('what is put into the client’s place later is used', async () => {
    const { client, sent } = await connected()
    const view = createContextClient(client, testContext).withContext(ACME)
    await view.callTool(TOOL)
    const seen: unknown[] = []
    const { request, callTool } = client as unknown as Record<
      'request' | 'callTool',
      (...args: unknown[]) => Promise<object>
    >
    Object.assign(client, {
      request(this: unknown, ...args: [{ method: string; params: { _meta: Fields } }]) {
        seen.push(args[0].params._meta[CONTEXT_META_KEY])
        return request.apply(client, args)
      },
    })
    await view.callTool(TOOL)
    expect(seen).toEqual([ACME])
    Object.assign(client, {
      async callTool(this: unknown, ...args: unknown[]) {
        return { ...(await callTool.apply(this, args)), patched: true }
      },
    })
    expect(await view.callTool(TOOL)).toMatchObject({ patched: true })
    expect(sent()).toEqual([ACME, ACME, ACME])
  })

  test('a class of the user’s keeps its state on the client, and its other calls carry the context', async () => {
    const client = newClient(major)
    const Base = client.constructor as new (
      ...args: unknown[]
    ) => Fields & { callTool(params: object): Promise<object> }
    class Counting extends Base {
      calls = 0
      override async callTool(params: object): Promise<object> {
        this.calls++
        await (this as unknown as TestClient).getPrompt({ name: 'p' })
        return super.callTool(params)
      }
    }
    const counting = new Counting({ name: 'counting', version: '1.0.0' }) as unknown as TestClient & Counting
    const { peer, sent } = await connected(undefined, counting)
    const view = createContextClient(counting, testContext).withContext(ACME)
    for (let call = 0; call < 2; call++) await view.callTool(TOOL)
    expect(counting.calls).toBe(2)
    expect(sent()).toEqual([ACME, ACME])
    expect(peer.of('prompts/get').map(({ params }) => params?._meta?.[CONTEXT_META_KEY])).toEqual([ACME, ACME])
  })

  test('what a user wraps around a view sees the request', async () => {
    const { client, sent } = await connected()
    const view = createContextClient(client, testContext).withContext(ACME)
    for (const first of ['wrapper', 'view']) {
      const seen: string[] = []
      const wrapper = new Proxy(view as TestClient, {
        get(target, name, receiver) {
          const value: unknown = Reflect.get(target, name, receiver)
          if (name !== 'request') return value
          return (...args: [{ method: string }]) => {
            seen.push(args[0].method)
            return (value as (...args: unknown[]) => unknown).apply(target, args)
          }
        },
      })
      if (first === 'view') await view.callTool(TOOL)
      await wrapper.callTool(TOOL)
      await wrapper.callTool(TOOL)
      expect(seen).toEqual(['tools/call', 'tools/call'])
    }
    expect(sent()).toEqual(Array(5).fill(ACME))
  })
})

test.each(MAJORS)('a view of SDK %i changes nothing on its client by calling a tool', async (major: Major) => {
  const peer = new ScriptedPeer(major)
  const client = newClient(major)
  await client.connect(peer.near)
  onTestFinished(() => client.close())
  const view = createContextClient(client, testContext).withContext(ACME)
  await client.callTool(TOOL)
  const members = Reflect.ownKeys(client)
  for (let call = 0; call < 2; call++) await view.callTool(TOOL)
  expect(Reflect.ownKeys(client)).toEqual(members)
})

test('callTool of a subclass of SDK 1 gets all its arguments', async () => {
  const seen: unknown[][] = []
  class Own extends ClientV1 {
    override callTool(...args: unknown[]): never {
      seen.push(args)
      return Promise.resolve({ content: [] }) as never
    }
  }
  const view = createContextClient(new Own({ name: 'own', version: '1.0.0' }), testContext).withContext(ACME)
  await (view.callTool as (...args: unknown[]) => Promise<unknown>)(TOOL, undefined, {}, 'own')
  expect(seen).toEqual([[TOOL, undefined, {}, 'own']])
})
