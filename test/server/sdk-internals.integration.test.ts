// The private members of the SDKs' servers that src/server/sdk-internals.ts names: each is there, and does what is relied on.
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { type Extra, linkedPair, MAJORS, newClient, newServer } from '../support/sdk.js'

type Controllers = { _requestHandlerAbortControllers: Map<unknown, AbortController> }

test.each(MAJORS)(
  'SDK %i keeps the controller of a request by its id, from the moment that it is received',
  async (major) => {
    const signals: AbortSignal[] = []
    const server = newServer(major)
    server.registerTool('wait', {}, (extra: Extra) => {
      signals.push((extra.mcpReq ?? extra).signal)
      return new Promise(() => {})
    })
    const [near, far] = linkedPair(major)
    await server.connect(far)
    await near.start()
    const { server: protocol } = server as unknown as { server: Controllers }
    far.onmessage?.({ jsonrpc: '2.0', id: 'a', method: 'tools/call', params: { name: 'wait' } })
    const controller = protocol._requestHandlerAbortControllers.get('a')
    expect(controller).toBeInstanceOf(AbortController)
    await eventually(() => expect(signals).toEqual([controller?.signal]))
    far.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } })
    // `trackRequests` counts on it that a cancellation aborts in the first microtask.
    await Promise.resolve()
    expect(signals[0]?.aborted).toBe(true)
    await server.close()
  },
)

test.each(MAJORS)('a client of SDK %i keeps them too: it handles sampling', async (major) => {
  const client = newClient(major) as unknown as Controllers
  expect(client._requestHandlerAbortControllers).toBeInstanceOf(Map)
})
