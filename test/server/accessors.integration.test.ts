import { setTimeout as sleep } from 'node:timers/promises'
import { ContextError, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import {
  getContext,
  getHttpHeaders,
  installContext,
  readContext,
  runWithContext,
  tryGetContext,
} from 'mcp-request-context/server'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { testContext, traceContext } from '../support/contexts.js'
import { answerOf, connectInMemory, type Extra, MAJORS, newClient, newServer, reply } from '../support/sdk.js'

describe('outside a request', () => {
  test.each<[string, () => unknown]>([
    ['getContext', () => getContext(testContext)],
    ['getHttpHeaders', () => getHttpHeaders()],
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

  test('another definition with the same key is parsed from the same value, once', async () => {
    const parse = vi.fn((value: { tenant: string }) => ({ upper: value.tenant.toUpperCase() }))
    const other = defineContext({ schema: z.object({ tenant: z.string() }).transform(parse) })
    const read = (extra: Extra) => [
      getContext(other),
      getContext(other),
      readContext(other, extra),
      tryGetContext(other),
    ]
    expect(await answerIn(read, { tenant: 'acme' })).toEqual(Array(4).fill({ upper: 'ACME' }))
    expect(parse).toHaveBeenCalledTimes(1)
  })

  test('another definition that does not fit says invalid', async () => {
    const other = defineContext({ schema: z.object({ tenant: z.number() }) })
    const read = () => [codeOf(() => getContext(other)), tryGetContext(other) ?? 'undefined']
    expect(await answerIn(read, { tenant: 'acme' })).toEqual(['invalid', 'undefined'])
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

  test('another definition of the same key reads what was given last', () => {
    const other = defineContext({ schema: z.object({ tenant: z.string() }) })
    const read = () => [tryGetContext(testContext)?.tenant, tryGetContext(other)?.tenant]
    runWithContext(testContext, { tenant: 'a' }, () => {
      expect(runWithContext(other, { tenant: 'b' }, read)).toEqual(['b', 'b'])
      expect(read()).toEqual(['a', 'a'])
    })
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
