// The middleware of one transport, and what a transport or a receiver that misbehaves meets there.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineContext } from 'mcp-request-context'
import { contextTransport, getContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { testContext, traceContext } from '../support/contexts.js'
import { eventually, settled } from '../support/eventually.js'

/** A context whose schema takes its time. */
const slowContext = defineContext({
  key: 'com.example/slow',
  schema: z.object({
    a: z.string().refine(async (a) => {
      await sleep(5)
      return a !== 'bad'
    }),
  }),
})

type Receiver = (message: Record<string, unknown>, extra?: unknown) => void

/** A transport that is handed messages, and keeps what it is to send. */
class Wire {
  readonly sent: Record<string, unknown>[] = []
  readonly started = vi.fn()
  onerror?: (error: Error) => void
  onclose?: () => void

  constructor(public onmessage: Receiver) {}

  async start(): Promise<void> {
    this.started()
  }

  async send(message: Record<string, unknown>): Promise<void> {
    this.sent.push(message)
  }
}

function request(contexts: object, more: object = {}): Record<string, unknown> {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read', _meta: contexts }, ...more }
}

function notification(contexts: object, more: object = {}): Record<string, unknown> {
  return { jsonrpc: '2.0', method: 'notifications/progress', params: { _meta: contexts, ...more } }
}

const slow = (a: string) => ({ [slowContext.key]: { a } })
const trace = (span: unknown) => ({ [traceContext.key]: { span } })
const tenant = (name: unknown) => ({ [testContext.key]: { tenant: name } })

const refusedFor = (key: string, reason: string) =>
  expect.objectContaining({ id: 1, error: expect.objectContaining({ data: expect.objectContaining({ key, reason }) }) })

describe('of two contexts, one of them with an asynchronous schema', () => {
  function installed(order: 'slow first' | 'slow last') {
    const receive = vi.fn(() => [tryGetContext(slowContext), tryGetContext(traceContext)])
    const wire = new Wire(receive)
    const both = [slowContext, traceContext]
    for (const definition of order === 'slow first' ? both : both.reverse()) {
      contextTransport(wire, definition, { required: true })
    }
    return { wire, receive }
  }

  describe.each(['slow first', 'slow last'] as const)('%s', (order) => {
    test('both are read', async () => {
      const { wire, receive } = installed(order)
      wire.onmessage(request({ ...slow('x'), ...trace('s') }))
      await eventually(() => expect(receive).toHaveBeenCalledTimes(1))
      expect(receive).toHaveReturnedWith([{ a: 'x' }, { span: 's' }])
    })

    test.each([
      ['lacks the other', slow('x'), traceContext.key, 'missing'],
      ['lacks it', trace('s'), slowContext.key, 'missing'],
      ['has a bad other', { ...slow('x'), ...trace(7) }, traceContext.key, 'invalid'],
      ['has a bad one', { ...slow('bad'), ...trace('s') }, slowContext.key, 'invalid'],
    ])('a request that %s is refused', async (_what, contexts, key, reason) => {
      const { wire, receive } = installed(order)
      wire.onmessage(request(contexts))
      await eventually(() => expect(wire.sent).toEqual([refusedFor(key, reason)]))
      const next = request({ ...slow('x'), ...trace('s') }, { id: 2 })
      wire.onmessage(next)
      await eventually(() => expect(receive).toHaveBeenCalled())
      expect(receive.mock.calls).toEqual([[next, undefined]])
    })
  })
})

describe('while an asynchronous schema is at work', () => {
  test('a notification waits, and is handled with its context', async () => {
    const receive = vi.fn(() => tryGetContext(slowContext))
    const wire = contextTransport(new Wire(receive), slowContext)
    wire.onmessage(notification(slow('one')))
    wire.onmessage(notification(slow('two')))
    await eventually(() => expect(receive).toHaveBeenCalledTimes(2))
    expect(receive.mock.results.map(({ value }) => value)).toEqual([{ a: 'one' }, { a: 'two' }])
  })

  test('a notification that names the request and cancels nothing leaves it alone', async () => {
    const receive = vi.fn()
    const wire = contextTransport(new Wire(receive), slowContext)
    wire.onmessage(request(slow('x')))
    wire.onmessage(notification({}, { requestId: 1 }))
    await eventually(() => expect(receive).toHaveBeenCalledWith(request(slow('x')), undefined))
  })

  test('what the receiver throws later goes to onerror', async () => {
    const error = new Error('own')
    const wire = contextTransport(
      new Wire(() => {
        throw error
      }),
      slowContext,
    )
    const onerror = vi.fn()
    wire.onerror = onerror
    wire.onmessage(request(slow('x')))
    await eventually(() => expect(onerror).toHaveBeenCalledWith(error))
    expect(wire.sent).toEqual([])
  })

  test('a request that is cancelled is not answered, even when a predicate throws after it', async () => {
    const receive = vi.fn()
    const required = vi.fn(() => {
      throw 'no policy'
    })
    const wire = contextTransport(contextTransport(new Wire(receive), slowContext), traceContext, { required })
    wire.onmessage(request(slow('x')))
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
    wire.onmessage(cancelled)
    await eventually(() => expect(required).toHaveBeenCalledTimes(1))
    await settled()
    expect(wire.sent).toEqual([])
    expect(receive.mock.calls).toEqual([[cancelled, undefined]])
  })

  test('a predicate that throws after it fails closed', async () => {
    const receive = vi.fn()
    const wire = contextTransport(new Wire(receive), slowContext)
    contextTransport(wire, traceContext, {
      required: () => {
        throw 'no policy'
      },
    })
    const onerror = vi.fn()
    wire.onerror = onerror
    wire.onmessage(request(slow('x')))
    await eventually(() => expect(wire.sent).toHaveLength(1))
    expect(wire.sent).toEqual([{ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'Internal error' } }])
    expect(onerror).toHaveBeenCalledWith(new Error('no policy'))
    expect(receive).not.toHaveBeenCalled()
  })
})

describe('a transport without onerror', () => {
  test('hands on a notification whose context is refused, without it', () => {
    const receive = vi.fn(() => tryGetContext(testContext))
    contextTransport(new Wire(receive), testContext).onmessage(notification(tenant(7)))
    expect(receive).toHaveReturnedWith(undefined)
  })

  test('hands on a notification that a header contradicts, without the context', () => {
    const receive = vi.fn(() => tryGetContext(testContext))
    const extra = { requestInfo: { headers: { 'x-tenant-id': 'globex' } } }
    contextTransport(new Wire(receive), testContext).onmessage(notification(tenant('acme')), extra)
    expect(receive).toHaveReturnedWith(undefined)
  })

  test('answers where a predicate throws', () => {
    const wire = new Wire(() => {})
    contextTransport(wire, testContext, {
      required: () => {
        throw new Error('no policy')
      },
    }).onmessage(request({}))
    expect(wire.sent).toEqual([{ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'Internal error' } }])
  })
})

test('an answer that cannot be sent is told to onerror', async () => {
  const wire = contextTransport(new Wire(vi.fn()), testContext, { required: true })
  const error = new Error('closed')
  const onerror = vi.fn()
  wire.onerror = onerror
  wire.send = () => Promise.reject(error)
  wire.onmessage(request({}))
  await eventually(() => expect(onerror).toHaveBeenCalledWith(error))
})

test('a response is handed on as it is, whatever is in it', () => {
  const receive = vi.fn(() => tryGetContext(testContext))
  const wire = contextTransport(new Wire(receive), testContext, { required: () => true })
  const response = { jsonrpc: '2.0', id: 1, result: { _meta: tenant(7) }, params: { _meta: tenant('acme') } }
  wire.onmessage(response, { a: 1 })
  expect(receive).toHaveBeenCalledWith(response, { a: 1 })
  expect(receive).toHaveReturnedWith(undefined)
  expect(wire.sent).toEqual([])
})

test('a message that comes below another is checked by itself, and read by itself', () => {
  const seen: unknown[] = []
  const wire: Wire = new Wire(({ id }) => {
    if (id === 'outer') {
      wire.onmessage(request(tenant('inner'), { id: 'inner' }))
      wire.onmessage(request({}))
    }
    seen.push([id, getContext(testContext).tenant])
  })
  contextTransport(wire, testContext, { required: true })
  wire.onmessage(request(tenant('outer'), { id: 'outer' }))
  expect(seen).toEqual([
    ['inner', 'inner'],
    ['outer', 'outer'],
  ])
  expect(wire.sent).toEqual([refusedFor(testContext.key, 'missing')])
})

test('a transport has one middleware: each context of it is checked once', () => {
  const validate = vi.fn((value: unknown) => ({ value }))
  const definitions = ['com.example/a', 'com.example/b'].map((key) =>
    defineContext({ key, schema: { '~standard': { version: 1, vendor: 'test', validate } } }),
  )
  const receive = vi.fn(() => definitions.map((definition) => tryGetContext(definition)))
  const wire = new Wire(receive)
  for (const definition of definitions) contextTransport(wire, definition)
  wire.onmessage(request({ 'com.example/a': { a: 1 }, 'com.example/b': { b: 2 } }))
  expect(receive).toHaveReturnedWith([{ a: 1 }, { b: 2 }])
  expect(validate).toHaveBeenCalledTimes(2)
})

test('start stays what it was, and may be given back', async () => {
  const wire = new Wire(vi.fn())
  const names = Object.keys(wire)
  contextTransport(wire, testContext)
  expect(Object.keys(wire)).toEqual(names)
  const { start } = wire
  const replaced = vi.fn(() => start.call(wire))
  wire.start = replaced
  wire.start = start
  await wire.start()
  expect(wire.started).toHaveBeenCalledTimes(1)
  expect(replaced).not.toHaveBeenCalled()
})

test('readContext reads the request that it is given, and no other that is being handled', () => {
  const extra = (contexts: object) => ({ _meta: contexts })
  const receive = vi.fn(() => {
    expect(readContext(testContext, extra(tenant('other')))).toEqual({ tenant: 'other' })
    expect(() => readContext(testContext, extra({}))).toThrow(expect.objectContaining({ code: 'missing' }))
  })
  contextTransport(new Wire(receive), testContext).onmessage(request(tenant('acme')))
  expect(receive).toHaveReturned()
})
