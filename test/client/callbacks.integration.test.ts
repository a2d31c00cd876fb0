// A gateway calls another server while it handles a request. The callbacks that it gives with the call run in that request.
import { createContextClient } from 'mcp-request-context/client'
import { getContext, installContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { httpTransport, serveStateful } from '../support/http.js'
import { answerOf, callWith, connectInMemory, type Extra, MAJORS, newClient, newServer, reply } from '../support/sdk.js'

describe.each(MAJORS)('SDK %i', (major) => {
  /** A server whose tool reports progress before it answers. */
  function behind() {
    const server = newServer(major)
    server.registerTool('work', {}, async (extra: Extra) => {
      const { progressToken } = (extra.mcpReq ?? extra)._meta
      const notify = extra.mcpReq?.notify ?? extra.sendNotification
      await notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
      // The client forgets the token when it has the answer.
      await new Promise((resolve) => setTimeout(resolve, 10))
      return reply('worked')
    })
    return server
  }

  const CONNECTIONS = {
    'in memory': async (client: ReturnType<typeof newClient>) => void (await connectInMemory(client, behind())),
    'over HTTP': async (client: ReturnType<typeof newClient>) =>
      client.connect(httpTransport(major, await serveStateful(major, behind), {})),
  }

  describe.each(Object.entries(CONNECTIONS))('%s', (_how, connect) => {
    test.each([
      ['a plain client', false],
      ['a client with the middleware', true],
    ])('%s: progress is told to the request that made the call', async (_which, hasMiddleware) => {
      const client = newClient(major)
      if (hasMiddleware) installContext(client as never, testContext)
      await connect(client)
      const view = createContextClient(client, testContext).withContext(() => ({ tenant: 'gateway' }))
      const still = createContextClient(client, testContext).withContext({ tenant: 'gateway' })
      const front = installContext(newServer(major), testContext)
      front.registerTool('forward', {}, async () => {
        const seen: unknown[] = []
        const onprogress = () => seen.push(getContext(testContext).tenant)
        for (const upstream of [view, still]) await callWith(major, upstream, { name: 'work' }, { onprogress })
        return reply(seen)
      })
      const caller = newClient(major)
      await connectInMemory(caller, front)
      const callers = createContextClient(caller, testContext)
      const tenants = ['acme', 'globex', 'initech']
      const calls = tenants.map((tenant) => callers.withContext({ tenant }).callTool({ name: 'forward' }))
      expect((await Promise.all(calls)).map(answerOf)).toEqual(tenants.map((tenant) => [tenant, tenant]))
      await client.close()
    })
  })

  test('outside of a request, a callback stays outside of one', async () => {
    const client = newClient(major)
    await connectInMemory(client, behind())
    const seen: unknown[] = []
    const onprogress = () => seen.push(tryGetContext(testContext))
    await callWith(major, createContextClient(client, testContext).withContext({}), { name: 'work' }, { onprogress })
    expect(seen).toEqual([undefined])
  })
})
