// What each side advertises, what the other makes of it, and what rubbish comes to.
import { CONTEXT_META_KEY, ContextError, contextJsonSchema, defineContext, EXTENSION_ID } from 'mcp-request-context'
import { createContextClient, supportedContexts } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import * as v from 'valibot'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { traceContext } from '../support/contexts.js'
import { httpTransport, serveHandler } from '../support/http.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import {
  connectInMemory,
  MAJORS,
  type Major,
  MODERN,
  newClient,
  newServer,
  reply,
  type TestClient,
} from '../support/sdk.js'

const definition = defineContext({
  schema: z.object({ tenant: z.string(), token: z.string().default('secret-default') }),
  headers: { tenant: 'X-Tenant-Id', token: { name: 'Authorization', scheme: 'Bearer' } },
  sensitive: ['token'],
})

const ADVERTISED = {
  required: [
    'tools/call',
    'resources/read',
    'prompts/get',
    'completion/complete',
    'tasks/get',
    'tasks/result',
    'tasks/cancel',
  ],
  schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { tenant: { type: 'string' }, token: { type: 'string' } },
    required: ['tenant'],
  },
  headers: {
    tenant: { name: 'X-Tenant-Id', type: 'string' },
    token: { name: 'Authorization', type: 'string', scheme: 'Bearer' },
  },
  sensitive: ['token'],
}

function makeServer(major: Major) {
  const server = installContext(newServer(major), definition, { required: true })
  installContext(server, traceContext)
  server.registerTool('t', {}, () => reply('called'))
  return server
}

type Connect = (client: TestClient) => Promise<unknown>

const CELLS: [name: string, major: Major, options: object, connect: Connect][] = [
  ['SDK 1', 1, {}, (client) => connectInMemory(client, makeServer(1))],
  ['SDK 2, initialize', 2, {}, (client) => connectInMemory(client, makeServer(2))],
  ['client of SDK 1, server of SDK 2', 1, {}, (client) => connectInMemory(client, makeServer(2))],
  ['client of SDK 2, server of SDK 1', 2, {}, (client) => connectInMemory(client, makeServer(1))],
  [
    'SDK 2, server/discover',
    2,
    MODERN,
    async (client) => client.connect(httpTransport(2, await serveHandler(() => makeServer(2)))),
  ],
]

describe.each(CELLS)('%s', (_name, major, options, connect) => {
  async function connected() {
    const client = newClient(major, options)
    await connect(client)
    onTestFinished(() => client.close())
    return client
  }

  test('a server advertises each context: what requires it, its schema without secrets, its headers', async () => {
    const contexts = supportedContexts(await connected())
    expect([...contexts.keys()]).toEqual([definition.key, traceContext.key])
    expect(contexts.get(definition.key)).toEqual(ADVERTISED)
    expect(contexts.get(traceContext.key)).toMatchObject({ required: [], schema: { required: ['span'] } })
    expect(JSON.stringify([...contexts])).not.toContain('secret-default')
  })

  test('requireSupport lets calls through to a server that advertises the context', async () => {
    const view = createContextClient(await connected(), definition, { requireSupport: true })
    await view.withContext({ tenant: 'acme' }).callTool({ name: 't' })
  })

  test('requireSupport stops a call to a server that does not', async () => {
    const other = defineContext({ key: 'com.example/other', schema: z.object({ a: z.string() }) })
    const view = createContextClient(await connected(), other, { requireSupport: true, context: { a: 'x' } })
    await expect(view.callTool({ name: 't' })).rejects.toMatchObject({ name: 'ContextError', code: 'unsupported' })
    await expect(view.withContext({ a: 'y' }).listTools()).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe.each(MAJORS)('a client of SDK %i', (major) => {
  test('advertises the contexts that it sends, beside what else it has', async () => {
    const peer = new ScriptedPeer(major)
    const extensions = { 'com.example/own': { a: 1 } }
    const client = newClient(major, { capabilities: { extensions, roots: {} } })
    createContextClient(createContextClient(client, definition), traceContext)
    installContext(client, traceContext)
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    expect(peer.of('initialize')[0]?.params?.capabilities).toEqual({
      roots: {},
      extensions: {
        ...extensions,
        [EXTENSION_ID]: {
          contexts: { [definition.key]: {}, [traceContext.key]: expect.objectContaining({ required: [] }) },
        },
      },
    })
  })

  test('that is connected already sends all the same, and its handshake was the bare one', async () => {
    const [bare, bound] = [new ScriptedPeer(major), new ScriptedPeer(major)]
    for (const peer of [bare, bound]) {
      const client = newClient(major)
      await client.connect(peer.near)
      onTestFinished(() => client.close())
      if (peer === bound) createContextClient(client, definition)
    }
    expect(bound.received).toEqual(bare.received)
  })

  test('with requireSupport, leaves it to the SDK to say that it is not connected', async () => {
    const view = createContextClient(newClient(major), definition, {
      requireSupport: true,
      context: { tenant: 'acme' },
    })
    await expect(view.callTool({ name: 't' })).rejects.toThrow(/not connected/i)
  })

  const schema = (value: unknown) => ({ contexts: { [CONTEXT_META_KEY]: { schema: value } } })

  test.each<[string, unknown]>([
    ['a string', 'yes'],
    ['an array', []],
    ['null', null],
    ['no contexts', {}],
    ['contexts of the wrong type', { contexts: [] }],
    ['a context of the wrong type', { contexts: { [CONTEXT_META_KEY]: true } }],
    ['required of the wrong type', { contexts: { [CONTEXT_META_KEY]: { required: 'tools/call' } } }],
    ['a method twice', { contexts: { [CONTEXT_META_KEY]: { required: ['a', 'a'] } } }],
    ['headers of the wrong type', { contexts: { [CONTEXT_META_KEY]: { headers: { tenant: 'X-Tenant-Id' } } } }],
    [
      'a header that is none',
      { contexts: { [CONTEXT_META_KEY]: { headers: { a: { name: 'X\r\n', type: 'string' } } } } },
    ],
    ['a schema that is none', schema({ type: 'text' })],
    ['a remote $ref', schema({ $ref: 'http://127.0.0.1:9/schema.json' })],
    ['a $ref to nothing', schema({ $ref: '#/$defs/none' })],
    ['a relative $ref', schema({ properties: { a: { $ref: 'other.json' } } })],
    ['a schema without end', schema(nested(200))],
    ['an empty key', { contexts: { '': {} } }],
    ['a key that a terminal acts on', { contexts: { 'com.example/a\u001b[2J': {} } }],
    ['a method that a terminal acts on', { contexts: { [definition.key]: { required: ['tools/\u202ecall'] } } }],
    [
      'ten thousand keys',
      { contexts: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`com.example/${n}`, {}])) },
    ],
  ])('takes a server that advertises %s to advertise nothing, and tells onerror once', async (_what, settings) => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    onTestFinished(() => fetched.mockRestore())
    const peer = new ScriptedPeer(major, ({ method, params }) =>
      method === 'initialize'
        ? {
            protocolVersion: params?.protocolVersion,
            capabilities: { tools: {}, extensions: { [EXTENSION_ID]: settings } },
            serverInfo: { name: 's', version: '1' },
          }
        : undefined,
    )
    const client = newClient(major)
    const onerror = vi.fn()
    client.onerror = onerror
    // Both majors themselves refuse settings that are no object, and so the connection.
    const connected = await client.connect(peer.near).then(
      () => true,
      () => false,
    )
    onTestFinished(() => client.close())
    expect(connected || typeof settings !== 'object' || settings === null || Array.isArray(settings)).toBe(true)
    expect(supportedContexts(client).size).toBe(0)
    expect(supportedContexts(client).size).toBe(0)
    if (!connected) return
    expect(onerror).toHaveBeenCalledTimes(1)
    expect(onerror.mock.calls[0]?.[0]).toBeInstanceOf(ContextError)
    expect(fetched).not.toHaveBeenCalled()
    // `requireSupport` asks for the key alone: with what else the server says, the client has nothing to do (RC-049).
    const advertised = (settings as { contexts?: Record<string, unknown> }).contexts?.[CONTEXT_META_KEY]
    if (typeof advertised === 'object') return
    const view = createContextClient(client, definition, { requireSupport: true, context: { tenant: 'acme' } })
    peer.received.length = 0
    await expect(view.callTool({ name: 't' })).rejects.toMatchObject({ code: 'unsupported' })
    expect(peer.received).toEqual([])
  })
})

describe('advertise', () => {
  const telling = defineContext({
    schema: z.object({ tenant: z.enum(['acme', 'globex']), token: z.string().describe('of id.example.com') }),
    headers: { tenant: 'X-Tenant-Id' },
    sensitive: ['token'],
    limits: { maxBytes: 4096 },
  })

  test.each(MAJORS)("'names' tells the names of the fields alone, on SDK %i", async (major) => {
    const server = installContext(newServer(major), telling, { advertise: 'names' })
    const client = newClient(major)
    await connectInMemory(client, server)
    onTestFinished(() => client.close())
    expect(supportedContexts(client).get(telling.key)).toEqual({
      required: [],
      schema: { type: 'object', properties: { tenant: {}, token: {} } },
      headers: { tenant: { name: 'X-Tenant-Id', type: 'string' } },
      sensitive: ['token'],
      limits: { maxBytes: 4096 },
    })
    expect(JSON.stringify([...supportedContexts(client)])).not.toMatch(/globex|id\.example/)
  })

  test('is one of the two', () => {
    expect(() => installContext(newServer(2), telling, { advertise: 'all' as never })).toThrow(/advertise must be/)
  })
})

function nested(levels: number): object {
  return levels === 0 ? {} : { properties: { a: nested(levels - 1) } }
}

describe('contextJsonSchema', () => {
  test('is what zod says of what a client gives', () => {
    expect(contextJsonSchema(definition)).toMatchObject({ type: 'object', required: ['tenant'] })
  })

  test('is what was given by hand, for a schema that says nothing of itself', () => {
    const schema = v.object({ tenant: v.string() })
    const jsonSchema = { type: 'object', properties: { tenant: { type: 'string' } } }
    expect(contextJsonSchema(defineContext({ schema, jsonSchema }))).toBe(jsonSchema)
    expect(() => contextJsonSchema(defineContext({ schema }))).toThrow(/valibot.*jsonSchema/)
  })

  test('is missing for what has no form as JSON Schema', () => {
    expect(() => contextJsonSchema(defineContext({ schema: z.object({ at: z.date() }) }))).toThrow(
      expect.objectContaining({ code: 'invalid_definition' }),
    )
  })

  test('that is given by hand must be one', () => {
    const schema = v.object({ tenant: v.string() })
    for (const jsonSchema of ['x', null, []]) {
      expect(() => defineContext({ schema, jsonSchema: jsonSchema as never })).toThrow(/jsonSchema/)
    }
    for (const jsonSchema of [{ type: 'text' }, { $ref: 'https://example.com/x' }]) {
      const definition = defineContext({ schema, jsonSchema })
      expect(() => contextJsonSchema(definition)).toThrow(/jsonSchema/)
    }
    const elsewhere = defineContext({ schema, jsonSchema: { $ref: 'https://example.com/x' } })
    expect(() => installContext(newServer(1), elsewhere)).toThrow(/jsonSchema/)
  })
})
