// Requests that wait for an asynchronous schema: none is lost, and none outlives its call, its connection or its server.
import { defineContext } from 'mcp-request-context'
import { contextTransport, getContext, installContext } from 'mcp-request-context/server'
import { describe, expect, test, vi } from 'vitest'
import { eventually, settled } from '../support/eventually.js'
import { type Extra, linkedPair, MAJORS, newServer, reply } from '../support/sdk.js'

/** A context whose schema accepts when the test lets it. */
function gated() {
  const gates: (() => void)[] = []
  const validate = (value: unknown) =>
    new Promise<{ value: { tenant: string } }>((resolve) => {
      gates.push(() => resolve({ value: value as { tenant: string } }))
    })
  const definition = defineContext({ schema: { '~standard': { version: 1, vendor: 'test', validate } } })
  const open = async () => {
    for (const gate of gates.splice(0)) gate()
    await settled()
  }
  const waiting = (count: number) => eventually(() => expect(gates).toHaveLength(count))
  return { definition, open, waiting }
}

describe.each(MAJORS)('SDK %i', (major) => {
  async function connected() {
    const { definition, open, waiting } = gated()
    const handled = vi.fn()
    const server = installContext(newServer(major), definition, { required: true })
    server.registerTool('read', {}, (_extra: Extra) => {
      const { tenant } = getContext(definition) as { tenant: string }
      handled(tenant)
      return reply(tenant)
    })
    server.server.fallbackNotificationHandler = async () => handled('notification')
    const [near, far] = linkedPair(major)
    await server.connect(far)
    const answers: unknown[] = []
    near.onmessage = (message) => answers.push(message)
    await near.start()
    const call = (id: unknown, tenant: string) =>
      near.send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'read', ...metaOf(tenant) } })
    const notify = (method: string, params: object = {}) => near.send({ jsonrpc: '2.0', method, params })
    const metaOf = (tenant: string) => ({ _meta: { [definition.key]: { tenant } } })
    return { open, waiting, handled, server, near, answers, call, notify, metaOf }
  }

  test('two requests with one id are both handled, and both answered', async () => {
    const { call, open, waiting, handled, answers, near } = await connected()
    await call(1, 'first')
    await call(1, 'second')
    await waiting(2)
    await open()
    await eventually(() => expect(answers).toHaveLength(2))
    expect(handled.mock.calls).toEqual([['first'], ['second']])
    expect(answers).toMatchObject([
      { id: 1, result: {} },
      { id: 1, result: {} },
    ])
    await call(1, 'third')
    await waiting(1)
    await open()
    await eventually(() => expect(answers).toHaveLength(3))
    await near.close()
  })

  test('a cancellation is for each request with its id, and for no other', async () => {
    const { call, open, waiting, handled, notify, near } = await connected()
    await call(1, 'first')
    await call(1, 'second')
    await call('1', 'other')
    await notify('notifications/cancelled', { requestId: 1 })
    await call(1, 'later')
    await waiting(4)
    await open()
    await eventually(() => expect(handled).toHaveBeenCalledTimes(2))
    expect(handled.mock.calls).toEqual([['other'], ['later']])
    await near.close()
  })

  test.each([{}, { requestId: undefined }, { requestId: null }])(
    'a cancellation of %j drops nothing',
    async (params) => {
      const { call, open, waiting, handled, notify, metaOf, near } = await connected()
      await call(1, 'first')
      await notify('com.example/changed', metaOf('x'))
      await notify('notifications/cancelled', params)
      await waiting(2)
      await open()
      await eventually(() => expect(handled.mock.calls.sort()).toEqual([['first'], ['notification']]))
      await near.close()
    },
  )

  test.each<[string, (connection: Awaited<ReturnType<typeof connected>>) => Promise<void>]>([
    ['the client has closed', ({ near }) => near.close()],
    ['the server has closed', ({ server }) => server.close()],
  ])('nothing is handled after %s, and nothing is answered', async (_who, close) => {
    const connection = await connected()
    const { call, open, waiting, handled, answers, notify, metaOf, server } = connection
    const onerror = vi.fn()
    server.server.onerror = onerror
    await call(1, 'first')
    await call(1, 'second')
    await notify('com.example/changed', metaOf('x'))
    await waiting(3)
    await close(connection)
    await open()
    await settled()
    expect([handled, onerror].map(({ mock }) => mock.calls)).toEqual([[], []])
    expect(answers).toEqual([])
  })
})

test('on a transport whose receiver sets no onclose, nothing is handled after the close either', async () => {
  const { definition, open, waiting } = gated()
  const received = vi.fn()
  const [near, far] = linkedPair(1)
  far.onmessage = received
  contextTransport(far, definition)
  await far.start()
  await near.start()
  await near.send({ jsonrpc: '2.0', id: 1, method: 'x/y', params: { _meta: { [definition.key]: { tenant: 'a' } } } })
  await waiting(1)
  await near.close()
  await open()
  await settled()
  expect(received.mock.calls.filter(([message]) => message.method !== 'notifications/cancelled')).toEqual([])
})
