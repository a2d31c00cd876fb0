// The middleware stands in front of every receiver, however a transport takes it and whenever it is set.
import { contextTransport, installContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, test, vi } from 'vitest'
import { testContext } from '../support/contexts.js'
import { eventually } from '../support/eventually.js'
import { answerOf, MAJORS, newServer, reply } from '../support/sdk.js'

type Receiver = (message: object, extra?: object) => void

/** What the transports here have in common. */
class Wire {
  readonly sent: { error?: { data?: object }; result?: object }[] = []
  readonly start = async () => {}
  readonly send = async (message: object) => {
    this.sent.push(message)
  }
}

/** As mcp-framework has it: what receives is only ever set, and is called without `extra`. */
class WriteOnly extends Wire {
  #onmessage?: Receiver
  #onclose?: () => void
  #onerror?: (error: Error) => void
  set onmessage(handler: Receiver) {
    this.#onmessage = handler
  }
  set onclose(handler: () => void) {
    this.#onclose = handler
  }
  set onerror(handler: (error: Error) => void) {
    this.#onerror = handler
  }
  receive = (message: object) => this.#onmessage?.(message)
  end = () => this.#onclose?.()
  fail = (error: Error) => this.#onerror?.(error)
}

/** As SDK 1.x has it on Node: it hands what it is given to another object, and reads it there. */
class Forwarding extends Wire {
  readonly #inner: { onmessage?: Receiver; onclose?: () => void } = {}
  get onmessage() {
    return this.#inner.onmessage
  }
  set onmessage(handler: Receiver | undefined) {
    this.#inner.onmessage = handler
  }
  get onclose() {
    return this.#inner.onclose
  }
  set onclose(handler: (() => void) | undefined) {
    this.#inner.onclose = handler
  }
  receive = (message: object) => this.#inner.onmessage?.(message)
  end = () => this.#inner.onclose?.()
}

class Plain extends Wire {
  onmessage?: Receiver
  onclose?: () => void
  onerror?: (error: Error) => void
  receive = (message: object) => this.onmessage?.(message)
  end = () => this.onclose?.()
}

/** Members that nobody declares are there once they are set. */
class Bare extends Wire {
  declare onmessage?: Receiver
  declare onclose?: () => void
  receive = (message: object) => this.onmessage?.(message)
  end = () => this.onclose?.()
}

const KINDS = { WriteOnly, Forwarding, Plain, Bare }

function call(context?: object): object {
  const _meta = context && { [testContext.key]: context }
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read', ...(_meta && { _meta }) } }
}

const refused = [{ jsonrpc: '2.0', id: 1, error: expect.objectContaining({ code: -32602 }) }]

describe.each(Object.entries(KINDS))('a transport of the kind %s', (_kind, Kind) => {
  test.each<[string, (wire: InstanceType<typeof Kind>, receiver: Receiver) => Promise<void>]>([
    [
      'before it starts',
      async (wire, receiver) => {
        contextTransport(wire as Plain, testContext, { required: true })
        wire.onmessage = receiver
        await wire.start()
      },
    ],
    [
      'after it has started',
      async (wire, receiver) => {
        contextTransport(wire as Plain, testContext, { required: true })
        await wire.start()
        wire.onmessage = receiver
      },
    ],
    [
      'a second time',
      async (wire, receiver) => {
        contextTransport(wire as Plain, testContext, { required: true })
        wire.onmessage = () => expect.unreachable('it was replaced')
        await wire.start()
        wire.onmessage = receiver
      },
    ],
  ])('is guarded when the receiver is set %s', async (_when, set) => {
    const wire = new Kind()
    const receive = vi.fn(() => tryGetContext(testContext))
    await set(wire, receive)
    wire.receive(call())
    expect(wire.sent).toEqual(refused)
    expect(receive).not.toHaveBeenCalled()
    wire.receive(call({ tenant: 'acme' }))
    expect(receive).toHaveReturnedWith({ tenant: 'acme' })
    expect(receive).toHaveBeenCalledTimes(1)
  })

  test.each(MAJORS)('serves a server of SDK %i, which hears of errors and of the end', async (major) => {
    const server = installContext(newServer(major), testContext, { required: true })
    server.registerTool('read', {}, () => reply(tryGetContext(testContext)))
    const [onclose, onerror] = [vi.fn(), vi.fn()]
    server.server.onclose = onclose
    server.server.onerror = onerror
    const wire = new Kind()
    await server.connect(wire)
    wire.receive(call())
    expect(wire.sent.splice(0)).toEqual(refused)
    wire.receive(call({ tenant: 'acme' }))
    await eventually(() => expect(wire.sent).toHaveLength(1))
    expect(answerOf(wire.sent[0]?.result)).toEqual({ tenant: 'acme' })
    wire.receive({ jsonrpc: '2.0', method: 'notifications/progress', params: { _meta: { [testContext.key]: 7 } } })
    expect(onerror).toHaveBeenCalledWith(expect.objectContaining({ name: 'ContextError', code: 'invalid' }))
    wire.end()
    expect(onclose).toHaveBeenCalledTimes(1)
  })

  test('what somebody puts back after reading it is called once', async () => {
    if (Kind === WriteOnly) return
    const wire = new Kind() as Plain
    const [receive, onclose] = [vi.fn(), vi.fn()]
    contextTransport(wire, testContext)
    wire.onmessage = receive
    wire.onclose = onclose
    const { onmessage, onclose: ends } = wire
    wire.onmessage = onmessage as Receiver
    wire.onclose = ends as () => void
    wire.receive(call({ tenant: 'acme' }))
    wire.end()
    // A request that is still open is cancelled before `onclose`, which comes in the next microtask.
    await Promise.resolve()
    await Promise.resolve()
    expect(receive).toHaveBeenCalledTimes(2)
    expect(onclose).toHaveBeenCalledTimes(1)
  })
})

test.each([
  ['frozen', () => Object.freeze(new Plain())],
  ['sealed', () => Object.seal(new Plain())],
  ['closed to new members', () => Object.preventExtensions(new Forwarding())],
])('a transport that is %s is refused, on either way', async (_how, make) => {
  expect(() => contextTransport(make() as Plain, testContext)).toThrow(/onmessage/)
  await expect(installContext(newServer(1), testContext).connect(make())).rejects.toThrow(/onmessage/)
})
