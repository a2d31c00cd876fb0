// A connection outlives the request below whose handler it was opened.

import { createContextClient } from 'mcp-request-context/client'
import { getContext, installContext, tryGetContext } from 'mcp-request-context/server'
import { linkedTransports } from 'mcp-request-context/testing'
import { expect, onTestFinished, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { answerOf, connectInMemory, type Extra, MAJORS, newClient, newServer, reply } from '../support/sdk.js'

test.each(MAJORS)('what a connection brings is no part of the request that opened it, SDK %i', async (major) => {
  const behind = newServer(major)
  behind.registerTool('ask', {}, async () => reply(await behind.server.listRoots()))
  const downstream = newClient(major, { capabilities: { roots: {} } })
  const seen: unknown[] = []
  const listRoots = async () => {
    seen.push(tryGetContext(testContext))
    return { roots: [] }
  }
  const { ListRootsRequestSchema } = await import('@modelcontextprotocol/sdk/types.js')
  downstream.setRequestHandler(major === 1 ? ListRootsRequestSchema : 'roots/list', listRoots)
  const view = createContextClient(downstream, testContext)
  const { client: near, server: far } = linkedTransports()
  await behind.connect(far)

  const gateway = installContext(newServer(major), testContext, { required: true })
  let connected: Promise<void> | undefined
  gateway.registerTool('forward', {}, async (_extra: Extra) => {
    connected ??= view.connect(near)
    await connected
    await view.withContext({ tenant: 'downstream' }).callTool({ name: 'ask' })
    return reply(getContext(testContext).tenant)
  })
  const client = newClient(major)
  await connectInMemory(client, gateway)
  onTestFinished(() => downstream.close())
  for (const tenant of ['acme', 'globex']) {
    const answer = await createContextClient(client, testContext, { context: { tenant } }).callTool({ name: 'forward' })
    expect(answerOf(answer)).toBe(tenant)
  }
  expect(seen).toEqual([undefined, undefined])
})
