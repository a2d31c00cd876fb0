// Whoever inspects, prints or serializes what this package hands out or touches finds no secret in it, but for what is
// handed out to be read: a context, the headers to forward, and what the test kit says was sent.
import { decodeContext, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import {
  contextTransport,
  getContext,
  inheritContext,
  installContext,
  runWithContext,
} from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answerOf, type Extra, linkedPair, MAJORS, type Major, newClient, newServer, reply } from '../support/sdk.js'
import { CANARIES, leaks, TOKEN } from './canary.js'
import { anything } from './planted.js'

const definition = defineContext({ schema: anything, headers: { token: 'X-Token' }, sensitive: ['token'] })

/** A connection over which each secret has gone and come back. */
async function used(major: Major, during: (extra: Extra) => unknown = () => undefined) {
  const [near, far] = linkedPair(major)
  const server = newServer(major)
  installContext(server, definition, { required: true })
  server.registerTool('read', {}, async (extra: Extra) => {
    await during(extra)
    return reply(getContext(definition))
  })
  await server.connect(contextTransport(far, definition, { required: true }))
  const client = newClient(major)
  const bound = createContextClient(client, definition)
  await bound.connect(near)
  onTestFinished(() => client.close())
  const source = async () => ({ token: TOKEN })
  const views = [source, ...Object.values(CANARIES).map((token) => ({ token }))].map((given) =>
    bound.withContext(given as object),
  )
  for (const view of views) expect(answerOf(await view.callTool({ name: 'read' }))).toHaveProperty('token')
  return { near, far, server, client, views, view: views[1] }
}

describe.each(MAJORS)('SDK %i: no secret is shown by', (major) => {
  test('what it went through, once it is there', async () => {
    expect(leaks(await used(major))).toEqual([])
  })

  test('what it goes through, while a handler runs', async () => {
    const found: string[] = []
    let parts: object = {}
    await used(major, async () => {
      found.push(...leaks({ ...parts, getContext, inherit: inheritContext(definition, ['token']) }))
    }).then((all) => {
      parts = all
      return all.view?.callTool({ name: 'read' })
    })
    expect(found).toEqual([])
  })

  test('what it goes through, while a call is refused', async () => {
    const { view, near, far, server, client } = await used(major)
    const error = await view
      ?.withContext({ 'a b': 1 } as object)
      .callTool({ name: 'read' })
      .catch((error) => error)
    expect(leaks({ error, near, far, server, client })).toEqual([])
  })

  test('a view that is connected to nothing', () => {
    const view = createContextClient(newClient(major), definition, { context: { token: TOKEN } })
    expect(leaks({ view, further: view.withContext({ token: TOKEN }) })).toEqual([])
  })
})

test('no secret is shown by a definition, its functions and its problems', () => {
  const rejection = decodeContext(definition, { token: TOKEN, 'a b': 1 })
  const run = () => runWithContext(definition, { token: TOKEN }, () => leaks({ definition, getContext, contextFetch }))
  expect(run()).toEqual([])
  expect(leaks({ definition, rejection, fetch: contextFetch(definition) })).toEqual([])
})

describe('below a handler, no secret is shown by', () => {
  /** What shows of a value that was made below a handler. */
  const below = (make: () => unknown) => runWithContext(definition, { token: TOKEN }, () => leaks({ value: make() }))

  test.each<[string, () => unknown]>([
    ['an error', () => new Error('x')],
    ['a timer', () => setTimeout(() => {}, 0)],
    ['a signal', () => new AbortController().signal],
    ['headers', () => new Headers()],
    // Node before 24 keeps the store of an AsyncLocalStorage on each promise, in sight of inspect().
    ['a promise', () => Promise.resolve()],
  ])('%s', (_claim, make) => {
    expect(below(make)).toEqual([])
  })
})
