import { inspect } from 'node:util'
import { CONTEXT_META_KEY, ContextError, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { testContext, traceContext } from '../support/contexts.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import { callWith, MAJORS, newClient } from '../support/sdk.js'

const TOOL = { name: 'whoami' }

describe.each(MAJORS)('views of a client of SDK %i', (major) => {
  async function connected(peer = new ScriptedPeer(major)) {
    const client = newClient(major)
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    peer.received.length = 0
    const sent = () => peer.of('tools/call').map(({ params }) => params?._meta?.[CONTEXT_META_KEY])
    return { client, peer, sent, root: createContextClient(client, testContext) }
  }

  test('fields merge shallowly, and the later wins', async () => {
    const { root, sent } = await connected()
    const acme = root.withContext({ tenant: 'acme', user: { id: 'u', roles: ['r'] } })
    await acme.withContext({ user: { id: 'v' }, retries: 2 }).callTool(TOOL)
    expect(sent()).toEqual([{ tenant: 'acme', user: { id: 'v' }, retries: 2 }])
  })

  test('a field set to undefined is removed, and an empty context is sent when none is left', async () => {
    const { root, sent } = await connected()
    const acme = root.withContext({ tenant: 'acme', retries: 1 })
    await acme.withContext({ retries: undefined }).callTool(TOOL)
    await acme.withContext({ retries: undefined, tenant: undefined }).callTool(TOOL)
    await root.withContext({}).callTool(TOOL)
    await root.withContext(() => ({})).callTool(TOOL)
    expect(sent()).toEqual([{ tenant: 'acme' }, {}, {}, {}])
  })

  test('the client and every earlier view stay as they were', async () => {
    const { client, root, sent } = await connected()
    const acme = root.withContext({ tenant: 'acme' })
    const other = acme.withContext({ tenant: 'other' })
    for (const view of [client, root, acme, other, acme]) await view.callTool(TOOL)
    expect(sent()).toEqual([undefined, undefined, { tenant: 'acme' }, { tenant: 'other' }, { tenant: 'acme' }])
  })

  test('what the caller does to its own object later changes no view', async () => {
    const { root, sent } = await connected()
    const fields = { tenant: 'acme', user: { id: 'u', roles: ['a'] } }
    const view = root.withContext(fields)
    fields.tenant = 'changed'
    fields.user.id = 'changed'
    fields.user.roles.push('changed')
    await view.callTool(TOOL)
    expect(sent()).toEqual([{ tenant: 'acme', user: { id: 'u', roles: ['a'] } }])
  })

  test('the context stands beside the caller’s own _meta and the progress token', async () => {
    const { root, peer } = await connected()
    const view = root.withContext({ tenant: 'acme' })
    const options = { onprogress: () => {} }
    const params = { ...TOOL, _meta: { 'com.example/own': 1 } }
    await callWith(major, view, params, options)
    const meta = peer.of('tools/call')[0]?.params?._meta
    expect(meta).toMatchObject({ 'com.example/own': 1, [CONTEXT_META_KEY]: { tenant: 'acme' } })
    expect(meta?.progressToken).toBe(peer.of('tools/call')[0]?.id)
    expect(params).toEqual({ ...TOOL, _meta: { 'com.example/own': 1 } })
  })

  test('an entry under the same key in the caller’s own _meta is a conflict', async () => {
    const { root, peer } = await connected()
    const call = root.withContext({ tenant: 'acme' }).callTool({ ...TOOL, _meta: { [CONTEXT_META_KEY]: {} } })
    await expect(call).rejects.toMatchObject({ name: 'ContextError', code: 'conflict' })
    expect(peer.received).toEqual([])
  })

  test('with nothing set, the caller’s own entry goes out untouched', async () => {
    const { root, sent } = await connected()
    await root.callTool({ ...TOOL, _meta: { [CONTEXT_META_KEY]: { tenant: 'by hand' } } })
    expect(sent()).toEqual([{ tenant: 'by hand' }])
  })

  test('a view of a view carries both definitions', async () => {
    const { root, peer } = await connected()
    const both = createContextClient(root.withContext({ tenant: 'acme' }), traceContext, { context: { span: 's' } })
    await both.callTool(TOOL)
    await both.listTools()
    for (const { params } of peer.received) {
      expect(params?._meta).toEqual({ [CONTEXT_META_KEY]: { tenant: 'acme' }, [traceContext.key]: { span: 's' } })
    }
    expect(peer.received).toHaveLength(2)
  })

  describe('sources', () => {
    test('a function is asked once for each request, with its method, params and signal', async () => {
      const { root, sent } = await connected()
      const asked: object[] = []
      const view = root.withContext(({ method, params, signal }) => {
        asked.push({ method, params, signal })
        return { token: `T${asked.length}` }
      })
      const signal = new AbortController().signal
      await view.callTool(TOOL)
      await callWith(major, view, TOOL, { signal })
      expect(sent()).toEqual([{ token: 'T1' }, { token: 'T2' }])
      const told = { method: 'tools/call', params: TOOL, signal: expect.any(AbortSignal) }
      expect(asked).toEqual([told, told])
    })

    test('functions and fields merge in the order they were given', async () => {
      const { root, sent } = await connected()
      const view = root
        .withContext(() => ({ tenant: 'first', retries: 1 }))
        .withContext({ tenant: 'second', dryRun: true })
        .withContext(async () => ({ dryRun: false, retries: undefined }))
      await view.callTool(TOOL)
      expect(sent()).toEqual([{ tenant: 'second', dryRun: false }])
    })

    test('what a function throws rejects that one call, and nothing is sent', async () => {
      const { root, peer, sent } = await connected()
      let fail = true
      const fault = new Error('vault is sealed')
      const view = root.withContext(() => {
        if (fail) throw fault
        return { tenant: 'acme' }
      })
      await expect(view.callTool(TOOL)).rejects.toBe(fault)
      await expect(root.withContext(() => Promise.reject(fault)).callTool(TOOL)).rejects.toBe(fault)
      expect(peer.received).toEqual([])
      fail = false
      await view.callTool(TOOL)
      expect(sent()).toEqual([{ tenant: 'acme' }])
    })

    test('a function may have nothing to say', async () => {
      const { root, peer } = await connected()
      await root.withContext(() => undefined).callTool(TOOL)
      expect(peer.of('tools/call')[0]?.params).toEqual(TOOL)
    })

    test.each([null, 'acme', ['acme'], 7])('%j is no context', async (answer) => {
      const { root, peer } = await connected()
      await expect(root.withContext(() => answer as never).callTool(TOOL)).rejects.toMatchObject({ code: 'invalid' })
      expect(() => root.withContext(answer as never)).toThrow(ContextError)
      expect(peer.received).toEqual([])
    })

    test('a call that is aborted while its source is at work ends at once, and nothing is sent', async () => {
      const { root, peer } = await connected()
      const controller = new AbortController()
      const view = root.withContext(() => new Promise<never>(() => {}))
      const call = callWith(major, view, TOOL, { signal: controller.signal })
      controller.abort(new Error('enough'))
      await expect(call).rejects.toThrow('enough')
      expect(peer.received).toEqual([])
    })
  })

  describe('what cannot travel', () => {
    test.each<[string, object, object]>([
      ['what the schema refuses', { tenant: 7 }, { code: 'invalid', issues: [{ path: ['tenant'] }] }],
      ['an illegal name', { 'a b': 1 }, { code: 'invalid' }],
      ['a function', { user: { id: () => {} } }, { code: 'invalid', issues: [{ path: ['user', 'id'] }] }],
      ['NaN', { retries: Number.NaN }, { code: 'invalid', issues: [{ path: ['retries'] }] }],
      ['a BigInt', { retries: 1n }, { code: 'invalid', issues: [{ path: ['retries'] }] }],
      ['too many bytes', { tenant: 'x'.repeat(9107) }, { code: 'too_large' }],
      ['an own __proto__', JSON.parse('{"__proto__": {"tenant": "x"}}'), { code: 'invalid' }],
    ])('%s is refused before anything is sent', async (_what, fields, error) => {
      const { root, peer, sent } = await connected()
      const call = root.withContext(fields).callTool(TOOL)
      await expect(call).rejects.toMatchObject({ name: 'ContextError', ...error })
      expect(peer.received).toEqual([])
      await root.withContext({ tenant: 'acme' }).callTool(TOOL)
      expect(sent()).toEqual([{ tenant: 'acme' }])
    })

    test('the error of a large context has the limit', async () => {
      const { root } = await connected()
      const call = root.withContext({ tenant: 'x'.repeat(9107) }).callTool(TOOL)
      await expect(call).rejects.toThrow('context is over the limit maxBytes: 8192')
    })

    test('a request() that is refused rejects, and does not throw', async () => {
      const { root } = await connected()
      const view = root.withContext({ tenant: 7 as never })
      const calls = [view.request({ method: 'ping' }), view.notification({ method: 'notifications/progress' })]
      for (const call of calls) await expect(call).rejects.toBeInstanceOf(ContextError)
    })
  })

  test('with plain values, a request leaves in the tick that it is made in', async () => {
    const { root, peer } = await connected()
    const view = root.withContext({ tenant: 'acme' })
    // callTool() of SDK 2.x itself waits before it sends; request() of neither does.
    const call = view.request({ method: 'tools/call', params: TOOL }, schema(major))
    expect(peer.of('tools/call')).toHaveLength(1)
    await call
  })

  test('calls made in sequence leave in that sequence', async () => {
    const { root, peer } = await connected()
    const calls = Array.from({ length: 200 }, (_, retries) => root.withContext({ retries }).callTool(TOOL))
    await Promise.all(calls)
    const order = peer
      .of('tools/call')
      .map(({ params }) => (params?._meta?.[CONTEXT_META_KEY] as { retries?: number } | undefined)?.retries)
    expect(order).toEqual(Array.from({ length: 200 }, (_, index) => index))
  })

  test('with nothing set, what the SDK throws is thrown as it throws it', async () => {
    const { client, root } = await connected()
    const outcome = (sender: typeof client) => {
      try {
        return sender.request({ method: 'com.example/custom' }).then(
          () => 'resolved',
          () => 'rejected',
        )
      } catch {
        return 'thrown'
      }
    }
    expect(await outcome(root)).toBe(await outcome(client))
  })

  test('message ids stay unique over views, and count on on the client', async () => {
    const { client, root, peer } = await connected()
    const views = [client, root, root.withContext({ tenant: 'a' }), root.withContext(() => ({ tenant: 'b' }))]
    await Promise.all(Array.from({ length: 100 }, (_, index) => views[index % 4]?.callTool(TOOL)))
    expect(new Set(peer.of('tools/call').map(({ id }) => id)).size).toBe(100)
  })

  test('views leave nothing on the client', async () => {
    const { client, root } = await connected()
    const before = new Set(Reflect.ownKeys(client))
    const state = inspect(client, { depth: 1, showProxy: false })
    for (const view of [root, root.withContext({ tenant: 'acme' }), root.withContext(() => ({ tenant: 'b' }))]) {
      await view.callTool(TOOL)
    }
    expect(Reflect.ownKeys(client).filter((key) => !before.has(key))).toEqual([])
    expect(inspect(client, { depth: 1 }).replace(/_requestMessageId: \d+/, '')).toBe(
      state.replace(/_requestMessageId: \d+/, ''),
    )
  })

  test('a view is its client in all but the context', async () => {
    const { client, root } = await connected()
    const view = root.withContext({ tenant: 'acme' })
    const onerror = () => {}
    view.onerror = onerror
    expect(client.onerror).toBe(onerror)
    expect(view.transport).toBe(client.transport)
    expect(view.getServerCapabilities()).toBe(client.getServerCapabilities())
    expect(view).toBeInstanceOf(client.constructor)
    expect('withContext' in view).toBe(true)
    expect('withContext' in client).toBe(false)
    expect(view.noSuchMember).toBeUndefined()
  })

  test('inspecting a view, proxy and all, shows no context', async () => {
    const { root } = await connected()
    const view = root.withContext({ token: 'canary' }).withContext(() => ({ tenant: 'canary' }))
    expect(inspect(view, { depth: 6, showHidden: true, showProxy: true })).not.toContain('canary')
  })

  test('connect() and close() act on the client, and the handshake carries no context', async () => {
    const peer = new ScriptedPeer(major)
    const client = newClient(major)
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    await view.connect(peer.near)
    expect(JSON.stringify(peer.received)).not.toContain('acme')
    expect(peer.received.map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized'])
    await view.close()
    expect(client.transport).toBeUndefined()
  })

  test('a handler that is set through a view serves the client', async () => {
    const peer = new ScriptedPeer(major)
    const client = newClient(major, { capabilities: { roots: {} } })
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    view.fallbackRequestHandler = async () => ({ roots: [] })
    await view.connect(peer.near)
    onTestFinished(() => client.close())
    expect(client.fallbackRequestHandler).toBe(view.fallbackRequestHandler)
  })

  test('an asynchronous schema is waited for', async () => {
    const definition = defineContext({
      schema: z.object({ tenant: z.string().refine(async (tenant) => tenant !== 'bad') }),
    })
    const { client, sent, peer } = await connected()
    const root = createContextClient(client, definition)
    await root.withContext({ tenant: 'good' }).callTool(TOOL)
    await expect(root.withContext({ tenant: 'bad' }).callTool(TOOL)).rejects.toMatchObject({ code: 'invalid' })
    expect(sent()).toEqual([{ tenant: 'good' }])
    expect(peer.of('tools/call')).toHaveLength(1)
  })
})

test.each([undefined, null, {}, { request() {} }])('%o is nothing to bind a context to', (client) => {
  expect(() => createContextClient(client as never, testContext)).toThrow(
    expect.objectContaining({ code: 'invalid_definition' }),
  )
})

/** What `request()` takes after the message: a result schema in SDK 1.x. */
function schema(major: number): unknown {
  return major === 1 ? z.looseObject({}) : undefined
}
