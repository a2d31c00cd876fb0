// The two ends of a connection in memory, without an SDK.
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LinkedTransport, linkedTransports } from 'mcp-request-context/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually, settled } from '../support/eventually.js'

const SIDES = ['client', 'server'] as const

/** Both ends, started, and all that happens to them in order. */
async function started() {
  const ends = linkedTransports()
  const log: unknown[] = []
  for (const side of SIDES) {
    ends[side].onmessage = (message) => log.push([side, message])
    ends[side].onclose = () => log.push([side, 'closed'])
    ends[side].onerror = (error) => log.push([side, error.message])
    await ends[side].start()
  }
  return { ends, log }
}

const message = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' })

describe.each([
  ['client', 'server'],
  ['server', 'client'],
] as const)('from the %s to the %s', (from, to) => {
  test('messages arrive in order, after send() has returned', async () => {
    const { ends, log } = await started()
    const sending = [1, 2, 3].map((id) => ends[from].send(message(id)))
    expect(log).toEqual([])
    await Promise.all(sending)
    await settled()
    expect(log).toEqual([1, 2, 3].map((id) => [to, message(id)]))
  })

  test('a message that was sent before the receiver started waits for it, and arrives after start() has returned', async () => {
    const ends = linkedTransports()
    await ends[from].start()
    await ends[from].send(message(1))
    const arrived: unknown[] = []
    ends[to].onmessage = (one) => arrived.push(one)
    await settled()
    const starting = ends[to].start()
    expect(arrived).toEqual([])
    await starting
    await settled()
    expect(arrived).toEqual([message(1)])
  })

  test('a message arrives as a copy of its JSON, and is recorded as another', async () => {
    const { ends, log } = await started()
    const at = new Date(0)
    const params = { list: [{ a: 1 }], at, none: undefined, ['__proto__']: { own: true } }
    const sent = { ...message(1), params }
    const json = JSON.parse(JSON.stringify(sent))
    await ends[from].send(sent)
    params.list.push({ a: 2 })
    await settled()
    const [, received] = log[0] as [string, typeof sent]
    expect(received).toStrictEqual(json)
    expect(Object.hasOwn(received.params, '__proto__')).toBe(true)
    received.params.list.length = 0
    expect(ends[from].sent).toStrictEqual([json])
    expect(params.list).toHaveLength(2)
    expect(ends[to].sent).toEqual([])
  })

  test('send() rejects what JSON cannot carry, and records nothing', async () => {
    const { ends, log } = await started()
    await expect(ends[from].send({ ...message(1), params: { big: 1n } })).rejects.toThrow(TypeError)
    await expect(ends[from].send(undefined)).rejects.toThrow(SyntaxError)
    await settled()
    expect([ends[from].sent, log]).toEqual([[], []])
  })

  test('a message is handled in the ambient context in which its receiver started', async () => {
    const storage = new AsyncLocalStorage<string>()
    const ends = linkedTransports()
    const seen: unknown[] = []
    ends[to].onmessage = async () => {
      seen.push(storage.getStore())
      await sleep(1)
      seen.push(storage.getStore())
    }
    await storage.run('receiver', () => ends[to].start())
    await storage.run('sender', () => ends[from].send(message(1)))
    await settled()
    await storage.run('other sender', () => ends[from].send(message(2)))
    await eventually(() => expect(seen).toHaveLength(4))
    expect(seen).toEqual(Array(4).fill('receiver'))
  })

  test('closing one end closes the other after what was sent to it, each once, before close() settles', async () => {
    const { ends, log } = await started()
    void ends[from].send(message(1))
    void ends[from].send(message(2))
    const closing = ends[from].close()
    expect(log).toEqual([[from, 'closed']])
    await expect(ends[from].send(message(3))).rejects.toThrow(/not connected/)
    await closing
    expect(log).toEqual([
      [from, 'closed'],
      [to, message(1)],
      [to, message(2)],
      [to, 'closed'],
    ])
    await Promise.all(SIDES.flatMap((side) => [ends[side].close(), ends[side].close()]))
    expect(log).toHaveLength(4)
  })

  test('what had not arrived at an end that closes does not arrive any more', async () => {
    const { ends, log } = await started()
    void ends[from].send(message(1))
    await ends[to].close()
    await settled()
    expect(log).toEqual([
      [to, 'closed'],
      [from, 'closed'],
    ])
  })

  test('nothing can be sent to a peer that is closed, not even by what arrives last', async () => {
    const { ends } = await started()
    const answers: unknown[] = []
    ends[to].onmessage = () => void ends[to].send(message(9)).catch((error) => answers.push(error.message))
    void ends[from].send(message(1))
    await ends[from].close()
    await expect(ends[from].send(message(2))).rejects.toThrow(/not connected/)
    await expect(ends[to].send(message(3))).rejects.toThrow(/not connected/)
    expect(answers).toEqual([expect.stringMatching(/not connected/)])
    expect(ends[to].sent).toEqual([])
  })

  test('an end that was never started is closed with its peer', async () => {
    const ends = linkedTransports()
    const onclose = vi.fn()
    ends[to].onclose = onclose
    await ends[from].start()
    await ends[from].close()
    expect(onclose).toHaveBeenCalledTimes(1)
    await expect(ends[to].start()).rejects.toThrow(/closed already/)
  })

  test('an end that closes what closes it waits for nothing', async () => {
    const { ends, log } = await started()
    ends[to].onclose = () => void ends[to].close().then(() => log.push([to, 'settled']))
    ends[from].onclose = () => void ends[from].close().then(() => log.push([from, 'settled']))
    await ends[from].close()
    await settled()
    expect(log.sort()).toEqual([
      ['client', 'settled'],
      ['server', 'settled'],
    ])
  })

  test('what a receiver throws goes to its own onerror, and the next message arrives', async () => {
    const { ends, log } = await started()
    ends[to].onmessage = ({ id }) => {
      if (id === 1) throw new Error('own')
      if (id === 2) throw 'text'
      log.push(id)
    }
    await Promise.all([1, 2, 3].map((id) => ends[from].send(message(id))))
    await settled()
    expect(log).toEqual([[to, 'own'], [to, 'text'], 3])
    ends[to].onclose = () => {
      throw new Error('closing')
    }
    await ends[from].close()
    expect(log.slice(3)).toEqual([
      [from, 'closed'],
      [to, 'closing'],
    ])
  })
})

test('what a receiver throws that has no onerror is an unhandled rejection', async () => {
  const unhandled = vi.fn()
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').once('unhandledRejection', unhandled)
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of others) process.on('unhandledRejection', listener)
  })
  const ends = linkedTransports()
  const error = new Error('own')
  ends.server.onmessage = () => {
    throw error
  }
  await ends.server.start()
  await ends.client.send(message(1))
  await eventually(() => expect(unhandled).toHaveBeenCalled())
  expect(unhandled.mock.calls.map(([error]) => error)).toEqual([error])
})

test('an end is started once', async () => {
  const { client } = linkedTransports()
  await client.start()
  await expect(client.start()).rejects.toThrow(/started already/)
})

test('headers and authInfo come with what the client sends, and with nothing else', async () => {
  const authInfo = { clientId: 'app' }
  const ends = linkedTransports({ headers: { 'X-A': '1' }, authInfo })
  const extras: Record<string, Parameters<NonNullable<LinkedTransport['onmessage']>>[1]> = {}
  for (const side of SIDES) {
    ends[side].onmessage = (_, extra) => {
      extras[side] = extra
    }
    await ends[side].start()
  }
  await ends.client.send(message(1))
  await ends.server.send(message(2))
  await settled()
  expect(extras.client).toEqual({})
  expect(extras.server.authInfo).toBe(authInfo)
  expect(extras.server.requestInfo).toEqual({ headers: { 'x-a': '1' }, url: new URL('http://localhost/mcp') })
  expect(extras.server.request).toBeInstanceOf(Request)
  expect(Object.fromEntries(extras.server.request.headers)).toEqual({ 'x-a': '1' })
  ends.client.setProtocolVersion('2025-06-18')
  await ends.client.send(message(3))
  await settled()
  expect(extras.server.requestInfo.headers).toEqual({ 'x-a': '1', 'mcp-protocol-version': '2025-06-18' })
})
