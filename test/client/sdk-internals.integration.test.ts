// What src/client/sdk-internals.ts depends on in the SDKs and is not their public API. When a test here fails with a new
// SDK, read that file and the SDK's source again: a view may leave out a context, or share what one context was told.
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { linkedTransports } from 'mcp-request-context/testing'
import { expect, test } from 'vitest'
import { METHOD_BEHAVIOR } from '../../src/client/sdk-internals.js'

const INFO = { name: 'test', version: '1.0.0' }
const URL_OF_NOBODY = new URL('http://127.0.0.1:9/mcp')
const authProvider = { tokens: () => undefined } as never

const CLIENTS = { 'SDK 1': new ClientV1(INFO), 'SDK 2': new ClientV2(INFO) } as const
const HTTP_TRANSPORTS = {
  'SDK 1, Streamable HTTP': [new HttpV1(URL_OF_NOBODY, { authProvider }), 'send'],
  'SDK 1, SSE': [new SSEClientTransport(URL_OF_NOBODY, { authProvider }), 'send'],
  'SDK 2, Streamable HTTP': [new HttpV2(URL_OF_NOBODY, { authProvider }), '_send'],
} as const

/** The private methods that a view treats as the public ones that they belong to. */
const PRIVATE_METHODS = { _requestWithSchema: 'sends', _readResource: 'is cached' } as const

/** Methods of SDK 2 that use the cache for a connection or for a call that a view has already changed. */
const CACHE_INTERNALS: readonly string[] = [
  'constructor',
  '_resetConnectionState',
  '_legacyHandshake',
  '_connectNegotiated',
  '_connectFromPrior',
  '_listAllPages',
  '_freshness',
  '_serveFromCache',
  '_resolveXMcpHeaderScan',
  '_onnotification',
]

test.each(Object.entries(PRIVATE_METHODS))('%s of SDK 2 is a method, and %s', (name, behavior) => {
  expect(METHOD_BEHAVIOR.get(name)).toBe(behavior)
  expect(Reflect.get(CLIENTS['SDK 2'], name)).toBeTypeOf('function')
  expect(Reflect.get(CLIENTS['SDK 1'], name)).toBeUndefined()
})

test('each method whose behavior is known is one of an SDK client', () => {
  const unknown = [...METHOD_BEHAVIOR.keys()].filter((name) =>
    Object.values(CLIENTS).every((client) => typeof Reflect.get(client, name) !== 'function'),
  )
  expect(unknown).toEqual([])
})

test('each method of SDK 2 that uses its response cache is known, or is one that a view never runs with a context', () => {
  const methods = Object.getOwnPropertyNames(ClientV2.prototype).filter((name) => {
    const { value } = Object.getOwnPropertyDescriptor(ClientV2.prototype, name) ?? {}
    return typeof value === 'function' && /\b_(cache|listAllPages|serveFromCache)\b/.test(String(value))
  })
  expect(methods).toContain('listTools')
  expect(methods.filter((name) => !METHOD_BEHAVIOR.has(name) && !CACHE_INTERNALS.includes(name))).toEqual([])
})

test.each(Object.entries(CLIENTS))('%s sends each request and notification by _transport.send', (_sdk, client) => {
  const { request, notification, _requestWithSchemaViaCodec, _notificationViaCodec } = client as unknown as Record<
    string,
    unknown
  >
  for (const method of [_requestWithSchemaViaCodec ?? request, _notificationViaCodec ?? notification]) {
    expect(String(method)).toContain('this._transport.send(')
  }
})

test('listen of SDK 2 sends by the public transport', () => {
  expect(String(Reflect.get(CLIENTS['SDK 2'], 'listen'))).toContain('this.transport')
})

test.each(Object.entries(CLIENTS))('%s keeps what it waits for in maps, by the id of the message', (_sdk, client) => {
  for (const name of ['_responseHandlers', '_progressHandlers']) expect(Reflect.get(client, name)).toBeInstanceOf(Map)
})

test.each(Object.entries(CLIENTS))('%s is told of changed lists, and lists again, by these methods', (_sdk, client) => {
  expect(Reflect.get(client, '_onnotification')).toBeTypeOf('function')
  const source = String(Reflect.get(client, '_setupListChangedHandlers'))
  for (const method of ['listTools', 'listPrompts', 'listResources']) expect(source).toContain(`this.${method}(`)
})

test.each(Object.entries(CLIENTS))('a client of %s keeps its transport in _transport', async (_sdk, client) => {
  const { client: end } = linkedTransports()
  const connecting = client.connect(end as never).catch(() => {})
  await Promise.resolve()
  expect(Reflect.get(client, '_transport')).toBe(end)
  await end.close()
  await connecting
})

test.each(Object.entries(HTTP_TRANSPORTS))('%s authorizes by _authProvider, and sends again', (_name, pair) => {
  const [transport, send] = pair
  expect(Reflect.get(transport, '_authProvider')).toBe(authProvider)
  expect(String(Reflect.get(transport, send))).toContain(`this.${send}(message`)
})

test('SDK 1 keeps what tools/list said in collections whose names begin with _cached', () => {
  const cached = Object.entries(CLIENTS['SDK 1']).filter(([name]) => name.startsWith('_cached'))
  expect(cached.length).toBeGreaterThanOrEqual(3)
  for (const [, collection] of cached) expect(collection instanceof Map || collection instanceof Set).toBe(true)
  const { cacheToolMetadata } = ClientV1.prototype as unknown as Record<string, unknown>
  const fields = new Set([...String(cacheToolMetadata).matchAll(/this\.(_\w+)/g)].map(([, name]) => name))
  expect([...fields].filter((name) => name?.startsWith('_cached')).sort()).toEqual(cached.map(([name]) => name).sort())
})

test('callTool of SDK 2 looks a tool up by these methods of _cache, and lists the tools by listTools', () => {
  const client = CLIENTS['SDK 2']
  const source = String(Reflect.get(client, 'callTool')) + String(Reflect.get(client, '_resolveXMcpHeaderScan'))
  const used = [...source.matchAll(/this\._cache\.(\w+)\(/g)].map(([, name]) => name)
  expect([...new Set(used)].sort()).toEqual(['evict', 'outputValidator', 'toolDefinition'])
  for (const name of used) expect(Reflect.get(Reflect.get(client, '_cache'), name as string)).toBeTypeOf('function')
  expect(source).toContain('this.listTools(')
})
