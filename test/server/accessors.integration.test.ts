import { setTimeout as sleep } from 'node:timers/promises'
import { ContextError, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import {
  contextTransport,
  forwardHeaders,
  getContext,
  getHttpHeaders,
  inheritContext,
  installContext,
  readContext,
  runWithContext,
  tryGetContext,
} from 'mcp-request-context/server'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { testContext, traceContext } from '../support/contexts.js'
import {
  answerOf,
  connectInMemory,
  type Extra,
  linkedPair,
  MAJORS,
  newClient,
  newServer,
  reply,
} from '../support/sdk.js'

describe('outside a request', () => {
  test.each<[string, () => unknown]>([
    ['getContext', () => getContext(testContext)],
    ['getHttpHeaders', () => getHttpHeaders()],
    ['forwardHeaders', () => forwardHeaders(['x-tenant-id'])],
  ])('%s throws, and says where to call it', (name, read) => {
    expect(read).toThrow(ContextError)
    expect(read).toThrow(expect.objectContaining({ code: 'outside_request' }))
    expect(read).toThrow(new RegExp(`${name}\\(\\).*installContext\\(\\).*runWithContext\\(\\)`))
  })

  test('tryGetContext gives undefined', () => {
    expect(tryGetContext(testContext)).toBeUndefined()
  })
})

describe.each(MAJORS)('in a handler of SDK %i', (major) => {
  async function answerIn(handler: (extra: Extra) => unknown, context: object | undefined, installed = testContext) {
    const server = installContext(newServer(major), installed)
    server.registerTool('read', {}, async (extra: Extra) => reply((await handler(extra)) ?? null))
    const client = newClient(major)
    await connectInMemory(client, server)
    const _meta = context === undefined ? undefined : { [installed.key]: context }
    return answerOf(await client.callTool({ name: 'read', ...(_meta && { _meta }) }))
  }

  const codeOf = (read: () => unknown) => {
    try {
      return read()
    } catch (error) {
      return error instanceof ContextError ? error.code : error
    }
  }

  test('without a context, getContext and readContext throw and tryGetContext gives undefined', async () => {
    const read = (extra: Extra) => [
      codeOf(() => getContext(testContext)),
      codeOf(() => readContext(testContext, extra)),
      tryGetContext(testContext) ?? 'undefined',
    ]
    expect(await answerIn(read, undefined)).toEqual(['missing', 'missing', 'undefined'])
  })

  test('the context holds across awaits, timers, microtasks, events and fan-out', async () => {
    const read = () => getContext(testContext).tenant
    const deep = async () => {
      const here = read()
      await sleep(1)
      const [a, b] = await Promise.all([
        sleep(2).then(read),
        new Promise((resolve) => setImmediate(() => resolve(read()))),
      ])
      const c = await new Promise((resolve) => queueMicrotask(() => resolve(read())))
      const d = await new Promise((resolve) => process.nextTick(() => resolve(read())))
      return [here, a, b, c, d]
    }
    expect(await answerIn(deep, { tenant: 'acme' })).toEqual(Array(5).fill('acme'))
  })

  test('the context is frozen, and so is what is nested in it', async () => {
    const write = () => {
      const context = getContext(testContext)
      return [Object.isFrozen(context), Object.isFrozen(context.user), Object.isFrozen(context.user?.roles)]
    }
    expect(await answerIn(write, { user: { id: 'u', roles: ['r'] } })).toEqual([true, true, true])
  })

  test.each([
    ['of the same key', defineContext({ schema: testContext.schema })],
    ['of another key', defineContext({ key: 'com.example/gateway', schema: testContext.schema })],
  ])('a definition %s that is not installed is not read, whatever the client wrote', async (_what, other) => {
    const read = (extra: Extra) => [
      codeOf(() => getContext(other)),
      codeOf(() => readContext(other, extra)),
      tryGetContext(other) ?? 'undefined',
    ]
    const refused = ['not_installed', 'not_installed', 'undefined']
    for (const context of [{ tenant: 'acme' }, { tenant: 7 }, undefined]) {
      const server = installContext(newServer(major), testContext)
      server.registerTool('read', {}, (extra: Extra) => reply(read(extra)))
      const client = newClient(major)
      await connectInMemory(client, server)
      const _meta = { ...(context && { 'com.example/gateway': context }), [testContext.key]: { tenant: 'acme' } }
      expect(answerOf(await client.callTool({ name: 'read', _meta }))).toEqual(refused)
    }
  })

  test('the error says what to install, and where', async () => {
    const messageOf = () => {
      try {
        return getContext(traceContext)
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(await answerIn(messageOf, { tenant: 'acme' })).toMatch(
      /^this definition of com\.example\/trace is not installed: call installContext\(\) before connect\(\)/,
    )
  })

  test('on a server where nothing is installed, the error says so', async () => {
    const server = newServer(major)
    const error = vi.fn()
    server.registerTool('read', {}, () => {
      try {
        getContext(testContext)
      } catch (thrown) {
        error(thrown)
      }
      return reply(null)
    })
    const client = newClient(major)
    await connectInMemory(client, server)
    await client.callTool({ name: 'read' })
    expect(error).toHaveBeenCalledWith(
      expect.objectContaining({
        code: 'outside_request',
        message: expect.stringMatching(/or no context is installed: call installContext\(\) before/),
      }),
    )
  })

  test('a ContextError that a tool throws reads as what it is about', async () => {
    const server = installContext(newServer(major), testContext)
    server.registerTool('read', {}, () => reply(getContext(testContext)))
    const client = newClient(major)
    await connectInMemory(client, server)
    const { isError, content } = await client.callTool({ name: 'read' })
    expect([isError, content[0]?.text]).toEqual([true, expect.stringMatching(/^Missing request context .*context: /)])
  })

  test('the handler gets the schema’s output, although its input travelled', async () => {
    const definition = defineContext({
      schema: z.object({ at: z.string().transform((at) => new Date(at)), retries: z.number().default(3) }),
    })
    const read = () => {
      const { at, retries } = getContext(definition)
      return [at instanceof Date, at.toISOString(), retries]
    }
    const answer = await answerIn(read, { at: '2026-01-01' }, definition as never)
    expect(answer).toEqual([true, '2026-01-01T00:00:00.000Z', 3])
  })

  test('readContext needs no ambient state', async () => {
    const extra = major === 1 ? { _meta: {} } : { mcpReq: { _meta: {} } }
    const meta = { [testContext.key]: { tenant: 'acme' } }
    expect(readContext(testContext, major === 1 ? { _meta: meta } : { mcpReq: { _meta: meta } })).toEqual({
      tenant: 'acme',
    })
    expect(() => readContext(testContext, extra)).toThrow(expect.objectContaining({ code: 'missing' }))
    expect(() => readContext(testContext, { _meta: { [testContext.key]: 7 } })).toThrow(
      expect.objectContaining({ code: 'invalid' }),
    )
  })

  test('a request that is made below a handler carries nothing by itself', async () => {
    const inner = installContext(newServer(major), testContext)
    inner.registerTool('read', {}, () => reply(tryGetContext(testContext) ?? 'none'))
    const client = newClient(major)
    await connectInMemory(client, inner)
    const outer = async () => {
      const bare = answerOf(await client.callTool({ name: 'read' }))
      const view = createContextClient(client, testContext, { context: { tenant: 'inner' } })
      const bound = answerOf(await view.callTool({ name: 'read' }))
      return [bare, bound, getContext(testContext)]
    }
    expect(await answerIn(outer, { tenant: 'outer' })).toEqual(['none', { tenant: 'inner' }, { tenant: 'outer' }])
  })
})

describe('an argument that is not there, or is something else', () => {
  const extra = { _meta: {} }

  test.each<[string, () => unknown, RegExp]>([
    ['runWithContext without a function', () => runWithContext(testContext, {}, undefined as never), /and a function$/],
    [
      'runWithContext without anything',
      () => runWithContext(...([] as unknown as [never, never, never])),
      /defineContext/,
    ],
    ['getContext without a definition', () => getContext(undefined as never), /defineContext/],
    ['tryGetContext without a definition', () => tryGetContext(undefined as never), /defineContext/],
    ['tryGetContext of a schema', () => tryGetContext(testContext.schema as never), /defineContext/],
    ['readContext without a definition', () => readContext(undefined as never, extra), /defineContext/],
    ['readContext without the argument', () => readContext(testContext, undefined as never), /extra in SDK 1.x, ctx/],
    ['readContext of a tool’s arguments', () => readContext(testContext, { tenant: 'acme' }), /getContext\(\)$/],
    ['readContext of null', () => readContext(testContext, null as never), /extra in SDK 1.x, ctx/],
    ['forwardHeaders without names', () => forwardHeaders(undefined as never), /a list of names/],
    ['installContext without a definition', () => installContext(newServer(1), undefined as never), /defineContext/],
    [
      'contextTransport without a transport',
      () => contextTransport(undefined as never, testContext),
      /start\(\) and send/,
    ],
    ['contextTransport of a server', () => contextTransport(newServer(1) as never, testContext), /call installContext/],
    [
      'contextTransport without a definition',
      () => contextTransport(linkedPair(1)[0], undefined as never),
      /defineContext/,
    ],
    ['inheritContext without fields', () => inheritContext(testContext, undefined as never), /name the fields/],
  ])('%s: invalid_definition, with the way out', (_what, call, message) => {
    const error = expect.objectContaining({ code: 'invalid_definition', message: expect.stringMatching(message) })
    expect(call).toThrow(ContextError)
    expect(call).toThrow(error)
    expect(() => runWithContext(traceContext, { span: 's' }, call)).toThrow(error)
  })
})

describe('runWithContext', () => {
  test('gives the context to all below it, and none after it', async () => {
    const read = async () => {
      await sleep(1)
      return getContext(testContext).tenant
    }
    expect(await runWithContext(testContext, { tenant: 'acme' }, read)).toBe('acme')
    expect(tryGetContext(testContext)).toBeUndefined()
  })

  test('returns what the function returns, and lets through what it throws', () => {
    expect(runWithContext(testContext, {}, () => 7)).toBe(7)
    const error = new Error('own')
    expect(() =>
      runWithContext(testContext, {}, () => {
        throw error
      }),
    ).toThrow(error)
  })

  test('calls nest: other definitions stay, the same one gives way', () => {
    const read = () => [tryGetContext(testContext)?.tenant, tryGetContext(traceContext)?.span]
    runWithContext(testContext, { tenant: 'a' }, () => {
      expect(runWithContext(traceContext, { span: 's' }, read)).toEqual(['a', 's'])
      expect(runWithContext(testContext, { tenant: 'b' }, read)).toEqual(['b', undefined])
      expect(read()).toEqual(['a', undefined])
    })
  })

  test('another definition of the same key takes its place', () => {
    const other = defineContext({ schema: z.object({ tenant: z.string() }) })
    const read = () => [tryGetContext(testContext)?.tenant, tryGetContext(other)?.tenant]
    runWithContext(testContext, { tenant: 'a' }, () => {
      expect(runWithContext(other, { tenant: 'b' }, read)).toEqual([undefined, 'b'])
      expect(read()).toEqual(['a', undefined])
    })
  })

  test('without a context it says missing, and how to give one', () => {
    expect(() => runWithContext(testContext, undefined as never, () => {})).toThrow(
      expect.objectContaining({
        code: 'missing',
        message: `runWithContext() was given no context of ${testContext.key}: pass its fields, or {}`,
      }),
    )
  })

  test('a schema that takes a value once and not twice is believed when it refuses', () => {
    let calls = 0
    const validate = (value: unknown) => (calls++ === 0 ? { value } : { issues: [{ message: 'no more' }] })
    const definition = defineContext({ schema: { '~standard': { version: 1, vendor: 'test', validate } } })
    expect(() => runWithContext(definition, {}, () => {})).toThrow(expect.objectContaining({ code: 'invalid' }))
  })

  test('a value that is no context of the definition is refused', () => {
    expect(() => runWithContext(testContext, { tenant: 7 as never }, () => {})).toThrow(
      expect.objectContaining({ code: 'invalid', issues: [expect.objectContaining({ path: ['tenant'] })] }),
    )
  })

  test('with an asynchronous schema, it is a promise', async () => {
    const definition = defineContext({ schema: z.object({ a: z.string().refine(async () => true) }) })
    const running = runWithContext(definition, { a: 'x' }, () => getContext(definition).a)
    expect(running).toBeInstanceOf(Promise)
    expect(await running).toBe('x')
  })

  test('a context of an asynchronous schema stays readable in a call within', async () => {
    const definition = defineContext({
      key: 'com.example/slow',
      schema: z.object({ a: z.string().refine(async () => true) }),
    })
    const read = () => runWithContext(testContext, { tenant: 'acme' }, () => getContext(definition).a)
    expect(await runWithContext(definition, { a: 'x' }, read)).toBe('x')
  })

  test('the headers are those of the bound fields', () => {
    const headers = runWithContext(testContext, { tenant: 'acme', dryRun: true, token: 't' }, () => [
      ...getHttpHeaders(),
    ])
    expect(headers).toEqual([
      ['x-dry-run', 'true'],
      ['x-tenant-id', 'acme'],
    ])
  })
})
