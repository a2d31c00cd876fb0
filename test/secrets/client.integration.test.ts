// What a client refuses to send rejects without the secret, and nothing is sent.
import { ContextError, contextErrorFrom, defineContext, encodeContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { inheritContext, installContext, runWithContext } from 'mcp-request-context/server'
import { describe, expect, test } from 'vitest'
import { reply } from '../support/sdk.js'
import { CANARIES, leaks, leaksIn, shown, TOKEN } from './canary.js'
import { anything, REFUSED } from './planted.js'
import { tap, WAYS, type Way } from './wiretap.js'

const lenient = defineContext({ schema: anything, sensitive: ['token'] })

/** What JSON cannot carry, with a secret in it: only a sender can have it. */
const NOT_JSON: Readonly<Record<string, unknown>> = {
  'a function': function Zq7Wv9Xk2Jp4Hm() {},
  'a symbol': Symbol(TOKEN),
  'a BigInt': 739_146_217n,
  'a Map': new Map([[TOKEN, TOKEN]]),
  'an Error': new Error(TOKEN),
  'a boxed string': Object(TOKEN),
  'an instance of a class of that name': new (class Zq7Wv9Xk2Jp4Hm {
    readonly at = new Map()
  })(),
  'a cycle': (() => {
    const value: Record<string, unknown> = { name: TOKEN }
    value[TOKEN] = value
    return value
  })(),
  'a getter that throws': {
    get token() {
      throw new Error(TOKEN)
    },
  },
  'a toJSON that throws': {
    toJSON() {
      throw new Error(TOKEN)
    },
  },
  'a proxy that throws': new Proxy(
    {},
    {
      ownKeys() {
        throw new Error(TOKEN)
      },
    },
  ),
  'half a character': `${TOKEN}\ud800`,
}

describe.each(WAYS)('%s: a client keeps the secret of a context that it does not send for', (...way: Way) => {
  const open = () =>
    tap(way, (server) => {
      installContext(server, lenient)
      server.registerTool('read', {}, () => reply('served'))
    })

  test.each(Object.entries(REFUSED))('%s', async (_claim, { definition, raw }) => {
    const wire = await open()
    const client = createContextClient(wire.client, definition)
    for (const secret of Object.values(CANARIES)) {
      const fields = raw(secret)
      for (const source of [fields, () => fields, async () => fields]) {
        const view = client.withContext(source as never)
        expect(await wire.keep(view.callTool({ name: 'read' }))).toBeInstanceOf(ContextError)
        await wire.keep(view.notification({ method: 'com.example/changed' }))
      }
    }
    expect(leaks(wire.emitted())).toEqual([])
  })

  test('an entry in the call’s own _meta', async () => {
    const wire = await open()
    const view = createContextClient(wire.client, lenient).withContext({ token: TOKEN })
    const error = await wire.keep(view.callTool({ name: 'read', _meta: { [lenient.key]: { token: TOKEN } } }))
    expect(error).toMatchObject({ code: 'conflict' })
    expect(leaks(wire.emitted())).toEqual([])
  })

  test('a server that does not advertise it', async () => {
    const wire = await open()
    const other = defineContext({ key: 'com.example/other', schema: anything, sensitive: ['token'] })
    const view = createContextClient(wire.client, other, { requireSupport: true, context: { token: TOKEN } })
    expect(await wire.keep(view.callTool({ name: 'read' }))).toMatchObject({ code: 'unsupported' })
    expect(leaks(wire.emitted())).toEqual([])
  })

  test('a source that gives no object', async () => {
    const wire = await open()
    const client = createContextClient(wire.client, lenient)
    for (const answer of [TOKEN, [TOKEN], 739_146_217, async () => TOKEN]) {
      const view = client.withContext((() => (typeof answer === 'function' ? answer() : answer)) as never)
      expect(await wire.keep(view.callTool({ name: 'read' }))).toMatchObject({ code: 'invalid' })
    }
    expect(leaks(wire.emitted())).toEqual([])
  })

  test('an error of the source itself, which is its own: the call rejects with that', async () => {
    const wire = await open()
    const failure = new Error('no token')
    const view = createContextClient(wire.client, lenient)
      .withContext({ token: TOKEN })
      .withContext(() => {
        throw failure
      })
    expect(await wire.keep(view.callTool({ name: 'read' }))).toBe(failure)
    expect(leaks(wire.emitted())).toEqual([])
  })
})

describe('without a connection, the secret stays out of the error of', () => {
  const thrown = async (run: () => unknown): Promise<unknown> => {
    try {
      return await run()
    } catch (error) {
      return error
    }
  }

  test.each(Object.entries(NOT_JSON))('%s that cannot be encoded', async (kind, value) => {
    const errors = [
      await thrown(() => encodeContext(lenient, { token: value })),
      await thrown(() => encodeContext(lenient, { token: { [TOKEN]: [value] } })),
      await thrown(() => runWithContext(lenient, { token: value }, () => {})),
      await thrown(() => createContextClient(silent, lenient).withContext({ token: value }).request({ method: 'x' })),
    ]
    // Half a character is nothing that JSON cannot carry.
    if (kind !== 'half a character') for (const error of errors) expect(error).toBeInstanceOf(ContextError)
    expect(leaks({ errors: errors.filter((error) => error instanceof Error) })).toEqual([])
  })

  test('an object whose tag is the secret', async () => {
    class Token {
      get [Symbol.toStringTag]() {
        return TOKEN
      }
    }
    const error = await thrown(() => encodeContext(lenient, { token: new Token() }))
    expect(leaks({ error })).toEqual([])
  })

  test.each<[string, unknown]>([
    ['a view made of no object', TOKEN],
    ['a view made of a list', [TOKEN]],
  ])('%s', async (_claim, source) => {
    const error = await thrown(() => createContextClient(silent, lenient).withContext(source as never))
    expect(error).toBeInstanceOf(ContextError)
    expect(leaks({ error })).toEqual([])
  })

  test('what a peer refused, where the peer kept it', () => {
    const data = { extension: lenient.key, key: lenient.key, reason: 'invalid', issues: [] }
    expect(leaks({ rejection: contextErrorFrom(Object.assign(new Error('refused'), { data })) })).toEqual([])
  })

  test('a gateway that inherits what is no context', () => {
    const source = inheritContext(lenient, ['token'])
    runWithContext(lenient, { token: TOKEN }, () => expect(source()).toEqual({ token: TOKEN }))
    expect(source()).toBeUndefined()
    expect(leaksIn(shown(source))).toEqual([])
  })
})

const silent = { request: async (..._: unknown[]) => {}, notification: async () => {} }
