// What waits for a source or a schema ends with its call: the call's own timeout, its signal, or the end of the connection.
import { once } from 'node:events'
import { type ContextSchema, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { testContext, traceContext } from '../support/contexts.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import { callWith, MAJORS, type Major, newClient, type TestClient } from '../support/sdk.js'

const TOOL = { name: 'whoami' }
const never = () => new Promise<never>(() => {})

/** What each SDK says of a call that nobody answers in time. */
const TIMEOUT = { 1: { code: -32001, message: /timed out/ }, 2: { code: 'REQUEST_TIMEOUT', message: /timed out/ } }

type View = TestClient & { withContext(source: unknown): View }

/** A definition whose asynchronous schema waits until the test lets it go on. */
function waitingDefinition() {
  const waiting: (() => void)[] = []
  const validate = vi.fn((value: unknown) => new Promise((resolve) => waiting.push(() => resolve({ value }))))
  const schema = { '~standard': { version: 1, vendor: 'test', validate } }
  return { definition: defineContext({ schema: schema as unknown as ContextSchema<object> }), validate, waiting }
}

describe.each(MAJORS)('a call of SDK %i', (major: Major) => {
  async function connected() {
    const peer = new ScriptedPeer(major)
    const client = newClient(major)
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    const root = createContextClient(client, testContext) as unknown as View
    return { client, peer, root, methods: () => peer.received.map(({ method }) => method).slice(2) }
  }

  const SOURCES: Readonly<Record<string, (root: View, client: TestClient) => View>> = {
    'whose source hangs': (root) => root.withContext(never),
    'of a view of a view, whose inner source hangs': (root) =>
      (createContextClient(root.withContext(never), traceContext) as unknown as View).withContext({ span: 's' }),
    'of a view of a view, whose outer source hangs': (root) =>
      (createContextClient(root.withContext({ tenant: 'acme' }), traceContext) as unknown as View).withContext(never),
    'whose schema hangs': (_, client) =>
      (createContextClient(client, waitingDefinition().definition) as unknown as View).withContext({ a: 1 }),
  }

  test.each(Object.entries(SOURCES))(
    '%s ends in the SDK’s own timeout, and nothing is sent',
    async (_claim, viewOf) => {
      const { client, root, methods } = await connected()
      const view = viewOf(root, client)
      await expect(callWith(major, view, TOOL, { timeout: 20 })).rejects.toMatchObject({
        code: TIMEOUT[major].code,
        message: expect.stringMatching(TIMEOUT[major].message),
      })
      await expect(view.listTools(undefined, { timeout: 20 })).rejects.toMatchObject({ code: TIMEOUT[major].code })
      // Not even a cancellation: the server never heard of the request.
      expect(methods()).toEqual([])
    },
  )

  test('is not sent when its source answers after the timeout', async () => {
    const { root, methods } = await connected()
    let answer = (_fields: object) => {}
    const view = root.withContext(() => new Promise((resolve) => (answer = resolve)))
    await expect(callWith(major, view, TOOL, { timeout: 20 })).rejects.toMatchObject({ code: TIMEOUT[major].code })
    answer({ tenant: 'acme' })
    await new Promise(setImmediate)
    expect(methods()).toEqual([])
  })

  test('is not sent when its schema answers after the connection has ended', async () => {
    const { client, methods } = await connected()
    const { definition, waiting } = waitingDefinition()
    const call = (createContextClient(client, definition) as unknown as View).withContext({ a: 1 }).callTool(TOOL)
    const ended = expect(call).rejects.toThrow(/closed|Not connected/)
    await vi.waitFor(() => expect(waiting).toHaveLength(1))
    await client.close()
    await ended
    waiting[0]?.()
    await new Promise(setImmediate)
    expect(methods()).toEqual([])
  })

  test.each<[string, () => object, (client: TestClient) => unknown]>([
    ['its timeout', () => ({ timeout: 20 }), () => {}],
    ['its signal', () => ({ signal: AbortSignal.timeout(20) }), () => {}],
    ['the end of the connection', () => ({}), (client) => client.close()],
  ])('aborts the signal of its source with %s', async (_claim, options, end) => {
    const { client, root } = await connected()
    const seen: { signal: AbortSignal; aborted: boolean }[] = []
    const view = root.withContext(({ signal }: { signal: AbortSignal }) => {
      seen.push({ signal, aborted: signal.aborted })
      return never()
    })
    const call = callWith(major, view, TOOL, options())
    const ended = expect(call).rejects.toThrow()
    await vi.waitFor(() => expect(seen).toMatchObject([{ aborted: false }]))
    await end(client)
    await ended
    expect(seen[0]?.signal.aborted).toBe(true)
  })

  test('on a client that is not connected ends like any other, whether its source answers or hangs', async () => {
    const root = createContextClient(newClient(major), testContext) as unknown as View
    const hanging = callWith(major, root.withContext(never), TOOL, { timeout: 20 })
    await expect(hanging).rejects.toMatchObject({ code: TIMEOUT[major].code })
    await expect(root.withContext(async () => ({ tenant: 'acme' })).callTool(TOOL)).rejects.toThrow('Not connected')
  })

  test('is sent with the time that its source has left', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { client, root } = await connected()
    const request = vi.spyOn(client, 'request' as never)
    const view = root.withContext(async () => {
      vi.advanceTimersByTime(150)
      return { tenant: 'acme' }
    })
    await callWith(major, view, TOOL, { timeout: 200, maxTotalTimeout: 900 })
    await callWith(major, view, TOOL, { timeout: 200, resetTimeoutOnProgress: true })
    const sent = request.mock.calls.map((args: unknown[]) => args.at(-1))
    expect(sent).toMatchObject([{ timeout: 50, maxTotalTimeout: 900 }, { timeout: 200 }])
  })

  test('that is sent again is not sent once its time is over', async () => {
    const { client, peer, root } = await connected()
    // As a transport does that has authorized anew.
    const transport = Reflect.get(client, '_transport') as { send: (...args: unknown[]) => Promise<void> }
    const send = transport.send.bind(transport)
    Object.assign(transport, { _authProvider: {}, send })
    let asked = 0
    let answer = (_fields: object) => {}
    let over: Promise<unknown> | undefined
    const view = root.withContext(({ signal }: { signal: AbortSignal }) => {
      over = once(signal, 'abort')
      return ++asked === 1 ? { tenant: 'a' } : new Promise<object>((resolve) => (answer = resolve))
    })
    transport.send = async function (this: typeof transport, message, ...rest) {
      const again = (message as { method?: string }).method === 'tools/call' && asked === 1
      return again ? this.send(message, ...rest) : send(message, ...rest)
    }
    await expect(callWith(major, view, TOOL, { timeout: 20 })).rejects.toMatchObject({ code: TIMEOUT[major].code })
    await over
    answer({ tenant: 'b' })
    await new Promise(setImmediate)
    expect([asked, peer.of('tools/call')]).toEqual([2, []])
  })

  test('tells its source of its own signal’s reason', async () => {
    const { root } = await connected()
    const controller = new AbortController()
    let seen: AbortSignal | undefined
    const view = root.withContext(({ signal }: { signal: AbortSignal }) => {
      seen = signal
      return never()
    })
    const call = callWith(major, view, TOOL, { signal: controller.signal })
    const reason = new Error('enough')
    await vi.waitFor(() => expect(seen).toBeDefined())
    controller.abort(reason)
    await expect(call).rejects.toThrow('enough')
    expect(seen?.reason).toBe(reason)
  })

  test('whose signal is aborted already does not ask its source', async () => {
    const { root } = await connected()
    const source = vi.fn(() => ({ tenant: 'acme' }))
    await expect(callWith(major, root.withContext(source), TOOL, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(source).not.toHaveBeenCalled()
  })

  test('leaves the signal of its source alone when it succeeds', async () => {
    const { root } = await connected()
    let seen: AbortSignal | undefined
    await root
      .withContext(async ({ signal }: { signal: AbortSignal }) => {
        seen = signal
        return { tenant: 'acme' }
      })
      .callTool(TOOL)
    expect(seen?.aborted).toBe(false)
  })

  test('leaves nothing on its client when its source fails', async () => {
    const { client, root } = await connected()
    const view = root.withContext(() => Promise.reject(new Error('signed out')))
    await expect(callWith(major, view, TOOL, { onprogress: () => {} })).rejects.toThrow('signed out')
    for (const name of ['_responseHandlers', '_progressHandlers', '_timeoutInfo']) {
      expect([name, (Reflect.get(client, name) as Map<unknown, unknown>).size]).toEqual([name, 0])
    }
  })

  test('asks an asynchronous schema once', async () => {
    const { client, peer } = await connected()
    const { definition, validate, waiting } = waitingDefinition()
    const call = (createContextClient(client, definition) as unknown as View).withContext({ a: 1 }).callTool(TOOL)
    await vi.waitFor(() => expect(waiting).toHaveLength(1))
    waiting[0]?.()
    await call
    expect(validate).toHaveBeenCalledTimes(1)
    expect(peer.of('tools/call')[0]?.params?._meta).toEqual({ [definition.key]: { a: 1 } })
  })

  test('with a hanging source holds up no other call', async () => {
    const { root, peer } = await connected()
    const hanging = callWith(major, root.withContext(never), TOOL, { timeout: 50 })
    const ended = expect(hanging).rejects.toThrow()
    await root.withContext({ tenant: 'acme' }).callTool(TOOL)
    expect(peer.of('tools/call')).toHaveLength(1)
    await ended
  })
})
