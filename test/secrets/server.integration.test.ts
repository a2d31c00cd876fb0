// What a server refuses comes back without the secret: in the answer, to onerror, on the console, over any transport.

import { contextErrorFrom } from 'mcp-request-context'
import { getContext, installContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { type Extra, reply, type TestServer } from '../support/sdk.js'
import { CANARIES, leaks, TOKEN } from './canary.js'
import { type Planted, REFUSED, REFUSED_FOR_HEADERS } from './planted.js'
import { tap, WAYS, type Way, type Wiretap } from './wiretap.js'

function installing({ definition, options = {} }: Planted) {
  return (server: TestServer) => {
    installContext(server, definition, { required: true, ...options })
    server.registerTool('read', {}, () => reply('served'))
  }
}

/** Calls with each secret in turn; each is refused. */
async function refuseAll(wire: Wiretap, planted: Planted, secrets: readonly unknown[]): Promise<void> {
  for (const secret of secrets) {
    wire.headers = planted.headers?.(String(secret)) ?? {}
    const call = { name: 'read', _meta: { [planted.definition.key]: planted.raw(secret) } }
    const rejection = contextErrorFrom(await wire.keep(wire.client.callTool(call)))
    expect(rejection).toBeDefined()
    await wire.keep(wire.client.notification({ method: 'com.example/changed', params: call }))
  }
  const errors = () => Object.keys(wire.emitted()).filter((where) => where.startsWith("the server's onerror"))
  await eventually(() => expect(errors().length).toBeGreaterThanOrEqual(secrets.length))
  wire.headers = {}
  await wire.keep(wire.client.callTool({ name: 'read' }))
}

const SECRETS = Object.values(CANARIES)

describe.each(WAYS)('%s: a server keeps the secret of a context that is refused for', (...way: Way) => {
  test.each(Object.entries(REFUSED))('%s', async (_claim, planted) => {
    const wire = await tap(way, installing(planted))
    await refuseAll(wire, planted, way[2] === 'memory' ? SECRETS : SECRETS.slice(-2))
    expect(leaks(wire.emitted())).toEqual([])
  })

  test.each(Object.entries(REFUSED_FOR_HEADERS))('%s', async (_claim, planted) => {
    const wire = await tap(way, installing(planted))
    await refuseAll(wire, planted, [TOKEN])
    expect(leaks(wire.emitted())).toEqual([])
  })
})

/** A definition of the same key that is not installed, and that the context is none of. */
const { definition: strict } = REFUSED['a schema that quotes'] as Planted
const { definition: lenient } = REFUSED['too many fields'] as Planted

describe.each(WAYS)('%s: a server keeps the secret where its own code', (...way: Way) => {
  test.each<[string, (extra: Extra) => unknown]>([
    ['reads the context by another definition', () => getContext(strict)],
    ['tries that', () => tryGetContext(strict) ?? null],
    ['reads it out of its argument by another definition', (extra) => readContext(strict, extra)],
  ])('%s', async (_claim, handler) => {
    const wire = await tap(way, (server) => {
      installContext(server, lenient)
      server.registerTool('read', {}, (extra: Extra) => reply(handler(extra)))
    })
    const _meta = { [strict.key]: { token: TOKEN } }
    await wire.keep(wire.client.callTool({ name: 'read', _meta }))
    expect(leaks(wire.emitted())).toEqual([])
  })

  test('fails to say whether a context is required: the peer is told nothing of it', async () => {
    const failing = ({ params }: { params?: unknown }) => {
      throw new Error(`cannot decide on ${JSON.stringify(params)}`)
    }
    const wire = await tap(way, (server) => {
      installContext(server, lenient, { required: failing })
      server.registerTool('read', {}, () => reply('served'))
    })
    await wire.keep(wire.client.callTool({ name: 'read', arguments: { token: TOKEN } }))
    const { emitted } = wire
    const toPeer = Object.fromEntries(
      Object.entries(emitted()).filter(([where]) => !where.includes("server's onerror")),
    )
    expect(leaks(toPeer)).toEqual([])
  })
})

test('the schemas of these tests do quote what they are told', async () => {
  const { definition } = REFUSED['a schema that quotes'] as Planted
  const { issues } = await definition.schema['~standard'].validate({ token: TOKEN })
  expect(issues?.every((issue) => leaks({ issue }).length > 0)).toBe(true)
})
