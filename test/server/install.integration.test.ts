import { setTimeout as sleep } from 'node:timers/promises'
import { ContextError, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextTransport, getContext, installContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { testContext, traceContext } from '../support/contexts.js'
import { eventually, settled } from '../support/eventually.js'
import {
  answerOf,
  connectInMemory,
  linkedPair,
  MAJORS,
  MODERN,
  newClient,
  newServer,
  reply,
  type TestServer,
} from '../support/sdk.js'

const TOOL = { name: 'read' }

function readingServer(major: 1 | 2, handler: () => unknown = () => tryGetContext(testContext)): TestServer {
  const server = newServer(major, { capabilities: { logging: {} } })
  server.registerTool('read', {}, async () => reply((await handler()) ?? null))
  return server
}

describe.each(MAJORS)('installing on a server of SDK %i', (major) => {
  test('comes before connect(), and says so', async () => {
    const server = readingServer(major)
    await connectInMemory(newClient(major), server)
    expect(() => installContext(server, testContext)).toThrow(
      expect.objectContaining({ code: 'already_connected', message: expect.stringContaining('before connect()') }),
    )
    expect(() => installContext(server.server, testContext)).toThrow(ContextError)
  })

  test('returns the server, on an McpServer and on the Server within it', async () => {
    const server = readingServer(major)
    expect(installContext(server, testContext)).toBe(server)
    expect(installContext(server.server, testContext)).toBe(server.server)
    const client = newClient(major)
    await connectInMemory(client, server)
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    expect(answerOf(await view.callTool(TOOL))).toEqual({ tenant: 'acme' })
  })

  test('twice is the same as once: the schema runs once for each call', async () => {
    const validate = vi.fn((value: unknown) => ({ value }))
    const definition = defineContext({ schema: { '~standard': { version: 1, vendor: 'test', validate } } })
    const server = newServer(major)
    installContext(installContext(server, definition, { required: true }), definition, { required: true })
    server.registerTool('read', {}, () => reply(getContext(definition)))
    const client = newClient(major)
    await connectInMemory(client, server)
    await client.callTool({ ...TOOL, _meta: { [definition.key]: { a: 1 } } })
    expect(validate).toHaveBeenCalledTimes(1)
  })

  test('twice with other options is refused, and so nothing that was required becomes optional', () => {
    const server = installContext(newServer(major), testContext, { required: true })
    expect(() => installContext(server, testContext)).toThrow(
      expect.objectContaining({
        code: 'invalid_definition',
        message: expect.stringMatching(/other options$/),
      }),
    )
  })

  test('twice is refused where the second one advertises otherwise', () => {
    const server = installContext(newServer(major), testContext)
    expect(installContext(server, testContext, { advertise: 'schema' })).toBe(server)
    expect(() => installContext(server, testContext, { advertise: 'names' })).toThrow(
      expect.objectContaining({
        code: 'invalid_definition',
        message: expect.stringMatching(/other options$/),
      }),
    )
  })

  test('two definitions with one key are refused', async () => {
    const other = defineContext({ schema: testContext.schema })
    const server = installContext(newServer(major), testContext)
    const [, far] = linkedPair(major)
    contextTransport(far, other)
    for (const set of [() => installContext(server, other), () => contextTransport(far, testContext)]) {
      expect(set).toThrow(
        expect.objectContaining({
          code: 'invalid_definition',
          message: expect.stringContaining(`${testContext.key} is already installed here with another definition`),
        }),
      )
    }
    await expect(server.connect(far)).rejects.toThrow(/other options$/)
    await expect(server.server.connect(far)).rejects.toThrow(/other options$/)
  })

  test('twice with one predicate is the same as once, with two it is refused', () => {
    const required = () => true
    const server = installContext(newServer(major), testContext, { required })
    expect(installContext(server, testContext, { required })).toBe(server)
    for (const other of [() => true, true, undefined]) {
      expect(() => installContext(server, testContext, { required: other as never })).toThrow(/other options/)
    }
  })

  test('shows no more members, and leaves connect() one that can be watched', async () => {
    const { server } = newServer(major)
    const names = Object.keys(server)
    installContext(server, testContext)
    expect(Object.keys(server)).toEqual(names)
    const connect = vi.spyOn(server, 'connect')
    const [transport] = linkedPair(major)
    await server.connect(transport as never)
    expect(connect).toHaveBeenCalledWith(transport)
    await server.close()
  })

  test('several definitions stack', async () => {
    const server = readingServer(major, () => [getContext(testContext), getContext(traceContext)])
    installContext(installContext(server, testContext, { required: true }), traceContext, { required: true })
    const client = newClient(major)
    await connectInMemory(client, server)
    const acme = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    await expect(acme.callTool(TOOL)).rejects.toMatchObject({ data: { key: traceContext.key, reason: 'missing' } })
    const both = createContextClient(acme, traceContext, { context: { span: 's' } })
    expect(answerOf(await both.callTool(TOOL))).toEqual([{ tenant: 'acme' }, { span: 's' }])
  })

  test('a server that is closed and connected again admits as before', async () => {
    const server = installContext(readingServer(major), testContext, { required: true })
    for (const tenant of ['first', 'second']) {
      const client = newClient(major)
      const [near, far] = linkedPair(major)
      await server.connect(far)
      await client.connect(near)
      await expect(client.callTool(TOOL)).rejects.toMatchObject({ data: { reason: 'missing' } })
      const view = createContextClient(client, testContext, { context: { tenant } })
      expect(answerOf(await view.callTool(TOOL))).toEqual({ tenant })
      await client.close()
      await server.close()
    }
  })

  test('leaves the transport the one that was handed in', async () => {
    const server = installContext(readingServer(major), testContext)
    const [near, far] = linkedPair(major)
    await server.connect(far)
    await newClient(major).connect(near)
    expect(server.server.transport).toBe(far)
    await server.close()
  })

  describe('required', () => {
    async function asking(required: never, method: string) {
      const server = installContext(readingServer(major), testContext, { required })
      server.registerPrompt('p', {}, () => ({ messages: [] }))
      const client = newClient(major)
      await connectInMemory(client, server)
      const calls: Record<string, () => Promise<unknown>> = {
        'tools/call': () => client.callTool(TOOL),
        'prompts/get': () => client.getPrompt({ name: 'p' }),
        'tools/list': () => client.listTools(),
        ping: () => client.ping(),
      }
      return calls[method]?.().then(
        () => 'served',
        (error) => error.data?.reason,
      )
    }

    test.each<[unknown, string, string]>([
      [true, 'tools/call', 'missing'],
      [true, 'prompts/get', 'missing'],
      [true, 'tools/list', 'served'],
      [true, 'ping', 'served'],
      [false, 'tools/call', 'served'],
      [undefined, 'tools/call', 'served'],
      [['prompts/get'], 'tools/call', 'served'],
      [['prompts/get'], 'prompts/get', 'missing'],
      [() => true, 'tools/call', 'missing'],
      [() => true, 'tools/list', 'served'],
      [() => true, 'ping', 'served'],
      [(request: { params: { name: string } }) => request.params.name === 'read', 'tools/call', 'missing'],
      [(request: { params: { name: string } }) => request.params.name === 'read', 'prompts/get', 'served'],
    ])('%s: %s is %s', async (required, method, outcome) => {
      expect(await asking(required as never, method)).toBe(outcome)
    })

    test.each([
      'initialize',
      'server/discover',
      'ping',
      'tools/list',
      'prompts/list',
      'resources/list',
      'resources/templates/list',
      'roots/list',
      'tasks/list',
      'notifications/progress',
    ])('%s cannot be required, for it never needs a context', (method) => {
      expect(() => installContext(newServer(major), testContext, { required: ['tools/call', method] })).toThrow(
        expect.objectContaining({
          code: 'invalid_definition',
          message: `required: "${method}" never needs a context`,
        }),
      )
    })

    test.each([[[7]], [['tools/call', 7]], [[]], [['']], [[null]], 'tools/call', '', {}, 1, 0, null])(
      '%j cannot be required',
      (required) => {
        expect(() => installContext(newServer(major), testContext, { required: required as never })).toThrow(
          expect.objectContaining({
            code: 'invalid_definition',
            message: 'required must be true, false, a function or a list of 1 to 256 methods',
          }),
        )
      },
    )

    test('subscriptions/listen cannot be required: SDK 2 answers it before anybody checks', () => {
      const install = () => installContext(newServer(major), testContext, { required: ['subscriptions/listen'] })
      expect(install).toThrow(
        expect.objectContaining({
          code: 'invalid_definition',
          message: 'required: an SDK answers subscriptions/listen itself, so it cannot be required',
        }),
      )
    })

    test('a method of an application can be required', async () => {
      const server = installContext(readingServer(major), testContext, { required: ['com.example/do'] })
      server.server.fallbackRequestHandler = async () => ({})
      const client = newClient(major)
      await connectInMemory(client, server)
      const asked = client.request({ method: 'com.example/do', params: {} }, z.looseObject({}))
      await expect(asked).rejects.toMatchObject({ data: { reason: 'missing' } })
    })

    test.each<[string, unknown]>([
      ['a promise of true', async () => true],
      ['a promise of false', async () => false],
      ['a promise that fails', async () => Promise.reject(new Error('no policy'))],
      ['nothing', () => undefined],
      ['a string', () => 'no'],
    ])('a predicate that returns %s fails closed, and onerror says why', async (_what, required) => {
      const handler = vi.fn()
      const server = installContext(readingServer(major, handler), testContext, { required: required as never })
      const onerror = vi.fn()
      server.server.onerror = onerror
      const client = newClient(major)
      await connectInMemory(client, server)
      const _meta = undefined
      await expect(client.callTool({ ...TOOL, _meta })).rejects.toMatchObject({ code: -32603 })
      expect(handler).not.toHaveBeenCalled()
      expect(onerror).toHaveBeenCalledWith(
        expect.objectContaining({ message: 'required: the function must return true or false' }),
      )
    })

    test('a predicate that throws fails closed: the call is answered, and the handler never runs', async () => {
      const handler = vi.fn()
      const error = new Error('no policy')
      const required = () => {
        throw error
      }
      const server = installContext(readingServer(major, handler), testContext, { required })
      const onerror = vi.fn()
      server.server.onerror = onerror
      const client = newClient(major)
      await connectInMemory(client, server)
      await expect(client.callTool(TOOL)).rejects.toMatchObject({ code: -32603 })
      expect(handler).not.toHaveBeenCalled()
      expect(onerror).toHaveBeenCalledWith(error)
    })
  })

  test('an unknown option is refused by its name', () => {
    expect(() => installContext(newServer(major), testContext, { require: true } as never)).toThrow(
      expect.objectContaining({
        code: 'invalid_definition',
        message: 'installContext() takes an object with required, http, advertise, not "require"',
      }),
    )
  })
})

function codeOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return error instanceof ContextError ? error.code : error
  }
}

test.each([[undefined], [null], [{}], [{ server: {} }], [7]])('%j is no server, and that is said', (server) => {
  expect(() => installContext(server as never, testContext)).toThrow(
    expect.objectContaining({
      code: 'invalid_definition',
      message: expect.stringMatching(/^installContext\(\) takes a Server, .* call contextTransport\(\)$/),
    }),
  )
})

describe('a notification with a context that is refused', () => {
  test.each(MAJORS)('SDK %i: is handled without it, and the error goes to onerror', async (major) => {
    const seen: unknown[] = []
    const server = installContext(newServer(major), testContext, { required: true })
    server.server.fallbackNotificationHandler = async () => {
      seen.push(codeOf(() => getContext(testContext)))
    }
    const onerror = vi.fn()
    server.server.onerror = onerror
    const client = newClient(major)
    await connectInMemory(client, server)
    const method = 'com.example/changed'
    await client.notification({ method, params: { _meta: { [testContext.key]: { tenant: 7 } } } })
    await client.notification({ method, params: { _meta: { [testContext.key]: { tenant: 'acme' } } } })
    await client.notification({ method })
    await eventually(() => expect(seen).toHaveLength(3))
    expect(seen).toEqual(['missing', { tenant: 'acme' }, 'missing'])
    expect(onerror).toHaveBeenCalledTimes(1)
    expect(onerror.mock.calls[0]?.[0]).toMatchObject({ name: 'ContextError', code: 'invalid' })
  })
})

describe('both directions', () => {
  test.each([
    ['SDK 1', 1, {}],
    ['SDK 2, initialize', 2, {}],
    ['SDK 2, after asking for 2026-07-28', 2, MODERN],
  ] as const)(
    '%s: a client that installed it reads the context of sampling and elicitation',
    async (_name, major, options) => {
      const client = newClient(major, { capabilities: { sampling: {}, elicitation: { form: {} } }, ...options })
      installContext(client, traceContext, { required: ['sampling/createMessage'] })
      const seen: unknown[] = []
      client.fallbackRequestHandler = async (request: { method: string }) => {
        seen.push([request.method, tryGetContext(traceContext) ?? 'none'])
        return request.method === 'elicitation/create'
          ? { action: 'decline' }
          : { role: 'assistant', model: 'm', content: { type: 'text', text: 'x' } }
      }
      const server = newServer(major)
      const sampling = { messages: [], maxTokens: 1 }
      const rejections: unknown[] = []
      server.registerTool('read', {}, async () => {
        const view = createContextClient(server.server, traceContext)
        await view.withContext({ span: 's' }).createMessage(sampling)
        await view.elicitInput({ message: 'm', requestedSchema: { type: 'object', properties: {} } })
        await view.createMessage(sampling).catch((error: { data?: unknown }) => rejections.push(error.data))
        return reply('done')
      })
      await connectInMemory(client, server)
      await client.callTool(TOOL)
      expect(seen).toEqual([
        ['sampling/createMessage', { span: 's' }],
        ['elicitation/create', 'none'],
      ])
      expect(rejections).toMatchObject([{ reason: 'missing', key: traceContext.key }])
    },
  )
})

describe('contextTransport', () => {
  test.each(MAJORS)('SDK %i: on a transport that is not started', async (major) => {
    const [near, far] = linkedPair(major)
    const server = readingServer(major)
    expect(contextTransport(far, testContext, { required: true })).toBe(far)
    await server.connect(far)
    const client = newClient(major)
    await client.connect(near)
    onTestFinished(() => client.close())
    await expect(client.callTool(TOOL)).rejects.toMatchObject({ data: { reason: 'missing' } })
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    expect(answerOf(await view.callTool(TOOL))).toEqual({ tenant: 'acme' })
  })

  test.each(MAJORS)('SDK %i: on a transport that is in use', async (major) => {
    const [near, far] = linkedPair(major)
    await readingServer(major).connect(far)
    const client = newClient(major)
    await client.connect(near)
    onTestFinished(() => client.close())
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    expect(answerOf(await view.callTool(TOOL))).toBeNull()
    contextTransport(far, testContext, { required: true })
    expect(answerOf(await view.callTool(TOOL))).toEqual({ tenant: 'acme' })
    await expect(client.callTool(TOOL)).rejects.toMatchObject({ data: { reason: 'missing' } })
  })

  test('takes no advertise, because a transport has no capabilities', () => {
    const [transport] = linkedPair(1)
    for (const advertise of ['names', undefined]) {
      const options = { required: true, advertise } as { required: true }
      expect(() => contextTransport(transport, testContext, options)).toThrow(
        expect.objectContaining({
          code: 'invalid_definition',
          message: 'contextTransport() takes an object with required, http, not "advertise"',
        }),
      )
    }
  })

  test('beside installContext with the same options, it makes no difference what the server advertises', async () => {
    const [near, far] = linkedPair(1)
    contextTransport(far, testContext, { required: true })
    await installContext(readingServer(1), testContext, { required: true, advertise: 'names' }).connect(far)
    const client = newClient(1)
    await client.connect(near)
    onTestFinished(() => client.close())
    await expect(client.callTool(TOOL)).rejects.toMatchObject({ data: { reason: 'missing' } })
  })

  test('beside installContext, each admits its own, and a call is answered once', async () => {
    const [near, far] = linkedPair(1)
    const server = installContext(
      readingServer(1, () => [getContext(testContext), getContext(traceContext)]),
      traceContext,
      { required: true },
    )
    contextTransport(contextTransport(far, testContext), testContext)
    await server.connect(far)
    const client = newClient(1)
    const onerror = vi.fn()
    client.onerror = onerror
    await client.connect(near)
    onTestFinished(() => client.close())
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    await expect(view.callTool(TOOL)).rejects.toMatchObject({ data: { reason: 'missing' } })
    const both = createContextClient(view, traceContext, { context: { span: 's' } })
    expect(answerOf(await both.callTool(TOOL))).toEqual([{ tenant: 'acme' }, { span: 's' }])
    expect(onerror).not.toHaveBeenCalled()
  })
})

test('what a receiver throws goes to whoever called it, and nothing is answered', async () => {
  const [near, far] = linkedPair(1)
  const error = new Error('own')
  far.onmessage = () => {
    throw error
  }
  contextTransport(far, testContext)
  const answers = vi.fn()
  near.onmessage = answers
  await near.start()
  await far.start()
  await expect(near.send({ jsonrpc: '2.0', id: 1, method: 'ping' })).rejects.toBe(error)
  expect(answers).not.toHaveBeenCalled()
})

test('a message that passes a transport’s middleware twice is checked once, and reaches each receiver once', async () => {
  const validate = vi.fn((value: unknown) => ({ value }))
  const definition = defineContext({ schema: { '~standard': { version: 1, vendor: 'test', validate } } })
  const [near, far] = linkedPair(1)
  const first = vi.fn()
  far.onmessage = first
  contextTransport(far, definition)
  const server = newServer(1)
  server.registerTool('read', {}, () => reply(getContext(definition)))
  await server.connect(far)
  const client = newClient(1)
  await client.connect(near)
  onTestFinished(() => client.close())
  first.mockClear()
  await client.callTool({ ...TOOL, _meta: { [definition.key]: { a: 1 } } })
  expect(validate).toHaveBeenCalledTimes(1)
  expect(first).toHaveBeenCalledTimes(1)
})

describe('a schema that is asynchronous', () => {
  let checked = 0
  const slow = defineContext({
    schema: z.object({
      tenant: z.string().refine(async (tenant) => {
        await sleep(10)
        checked++
        return tenant !== 'bad'
      }),
    }),
  })

  /** Waits until the schema has checked one more context than now, and what that leads to has run. */
  async function afterCheck(): Promise<void> {
    const before = checked
    await eventually(() => expect(checked).toBeGreaterThan(before))
    await settled()
  }

  async function connected() {
    const handler = vi.fn(() => getContext(slow))
    const server = installContext(readingServer(1, handler), slow, { required: true })
    const client = newClient(1)
    const onerror = vi.fn()
    client.onerror = onerror
    await connectInMemory(client, server)
    const call = (tenant: string, options = {}) =>
      client.callTool({ ...TOOL, _meta: { [slow.key]: { tenant } } }, undefined, options)
    return { handler, call, client, server, onerror }
  }

  test('admits and refuses as any other', async () => {
    const { call, handler } = await connected()
    expect(answerOf(await call('good'))).toEqual({ tenant: 'good' })
    await expect(call('bad')).rejects.toMatchObject({ data: { reason: 'invalid', issues: [{ path: ['tenant'] }] } })
    expect(handler).toHaveBeenCalledTimes(1)
  })

  test('a call that is cancelled meanwhile is not handled', async () => {
    const { call, handler } = await connected()
    const controller = new AbortController()
    const cancelled = call('good', { signal: controller.signal })
    const check = afterCheck()
    controller.abort()
    await expect(cancelled).rejects.toThrow()
    await check
    expect(handler).not.toHaveBeenCalled()
  })

  test('a call whose connection ends meanwhile is not handled', async () => {
    const { call, handler, client } = await connected()
    const cut = call('good')
    const check = afterCheck()
    await client.close()
    await expect(cut).rejects.toThrow('Connection closed')
    await check
    expect(handler).not.toHaveBeenCalled()
  })
})
