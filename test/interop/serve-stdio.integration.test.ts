// Two middlewares on the way of one message: of a relay and of the server behind it, or on the wire of `serveStdio`, where what the
// SDK answers itself can be seen, and in its factory.
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createContextClient } from 'mcp-request-context/client'
import { contextTransport, installContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testContext, traceContext } from '../support/contexts.js'
import { answerOf, type Extra, linkedPair, MAJORS, MODERN, newClient, newServer, reply } from '../support/sdk.js'

const READ = { name: 'read' }
const LISTEN = { toolsListChanged: true }

const ERAS = [
  ['initialize', {}],
  ['2026-07-28', MODERN],
] as const

describe.each(ERAS)('`serveStdio`, %s', (era, options) => {
  /** `wire` admits on the wire, `inner` in the factory. */
  async function connected(wire: Parameters<typeof contextTransport>[2], inner: boolean) {
    const [near, far] = linkedPair(2)
    const makeServer = () => {
      const server = newServer(2)
      if (inner) installContext(server, testContext, { required: true })
      server.registerTool('read', {}, async (ctx: Extra) => {
        const { tenant = 'none' } = tryGetContext(testContext) ?? {}
        return reply([tenant, readContext(testContext, ctx).tenant, tryGetContext(traceContext)?.span ?? 'none'])
      })
      return server
    }
    const definition = inner ? traceContext : testContext
    serveStdio(makeServer as never, { transport: contextTransport(far, definition, wire) as never })
    const client = newClient(2, options)
    await client.connect(near)
    onTestFinished(() => client.close())
    return { client, root: createContextClient(client, testContext), traced: createContextClient(client, traceContext) }
  }

  const listening = era === '2026-07-28' ? test : () => {}
  listening('subscriptions/listen can be refused there', async () => {
    const { client, traced } = await connected({ required: ['subscriptions/listen'] }, true)
    await expect(client.listen(LISTEN)).rejects.toMatchObject({
      code: -32602,
      data: { key: traceContext.key, reason: 'missing' },
    })
    const subscription = await traced.withContext({ span: 's' }).listen(LISTEN)
    expect(subscription.honoredFilter).toEqual(LISTEN)
    await subscription.close()
  })

  test('what the server itself requires is required all the same', async () => {
    const { client } = await connected({}, true)
    await expect(client.callTool(READ)).rejects.toMatchObject({ data: { key: testContext.key, reason: 'missing' } })
    const _meta = { [testContext.key]: { tenant: 7 } }
    await expect(client.callTool({ ...READ, _meta })).rejects.toMatchObject({ data: { reason: 'invalid' } })
  })

  test('with both, each of forty overlapping calls reads its own contexts', async () => {
    const { root } = await connected({ required: ['tools/call'] }, true)
    const calls = Array.from({ length: 40 }, async (_, index) => {
      const tenant = `t${index}`
      const view = createContextClient(root.withContext({ tenant }), traceContext, { context: { span: tenant } })
      expect(answerOf(await view.callTool(READ))).toEqual([tenant, tenant, tenant])
    })
    await Promise.all(calls)
  })

  // The queue of `serveStdio` goes on within the message that set it going: `getContext` needs the middleware of the factory.
  test('with the wire alone, each of forty overlapping calls reads its own context from its argument', async () => {
    const { root } = await connected({ required: true }, false)
    const calls = Array.from({ length: 40 }, async (_, index) => {
      const tenant = `t${index}`
      expect(answerOf(await root.withContext({ tenant }).callTool(READ))[1]).toBe(tenant)
    })
    await Promise.all(calls)
  })
})

describe.each(MAJORS)('a relay of SDK %i that hands the very message on, in one process', (major) => {
  async function relayed() {
    const [near, first] = linkedPair(major)
    const [second, far] = linkedPair(major)
    first.onmessage = (message) => void second.send(message)
    second.onmessage = (message) => void first.send(message)
    contextTransport(first, traceContext, { required: true })
    const server = installContext(newServer(major), testContext, { required: true })
    server.registerTool('read', {}, () =>
      reply([tryGetContext(testContext) ?? 'none', tryGetContext(traceContext) ?? 'none']),
    )
    await server.connect(far)
    await first.start()
    await second.start()
    const client = newClient(major)
    await client.connect(near)
    onTestFinished(() => client.close())
    return createContextClient(client, traceContext, { context: { span: 's' } })
  }

  test('what the server requires is required all the same', async () => {
    const view = await relayed()
    await expect(view.callTool(READ)).rejects.toMatchObject({ data: { key: testContext.key, reason: 'missing' } })
  })

  test('both contexts are there', async () => {
    const view = createContextClient(await relayed(), testContext, { context: { tenant: 'acme' } })
    expect(answerOf(await view.callTool(READ))).toEqual([{ tenant: 'acme' }, { span: 's' }])
  })
})
