import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { Server as ServerV1 } from '@modelcontextprotocol/sdk/server/index.js'
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { CONTEXT_META_KEY } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import { type Major, newClient, type TestClient } from '../support/sdk.js'

type Call = (view: TestClient) => unknown

const tool = { name: 'whoami' }
const sampling = { messages: [], maxTokens: 1 }

const DROPPED = [
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'notifications/roots/list_changed',
]

/** Every verb of both majors, and the method that it sends. */
const SHARED: Record<string, [method: string, call: Call]> = {
  ping: ['ping', (view) => view.ping()],
  complete: [
    'completion/complete',
    (view) => view.complete({ ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: '' } }),
  ],
  setLoggingLevel: ['logging/setLevel', (view) => view.setLoggingLevel('info')],
  getPrompt: ['prompts/get', (view) => view.getPrompt({ name: 'p' })],
  listPrompts: ['prompts/list', (view) => view.listPrompts()],
  listResources: ['resources/list', (view) => view.listResources()],
  listResourceTemplates: ['resources/templates/list', (view) => view.listResourceTemplates()],
  readResource: ['resources/read', (view) => view.readResource({ uri: 'a:b' })],
  subscribeResource: ['resources/subscribe', (view) => view.subscribeResource({ uri: 'a:b' })],
  unsubscribeResource: ['resources/unsubscribe', (view) => view.unsubscribeResource({ uri: 'a:b' })],
  callTool: ['tools/call', (view) => view.callTool(tool)],
  listTools: ['tools/list', (view) => view.listTools()],
  sendRootsListChanged: ['notifications/roots/list_changed', (view) => view.sendRootsListChanged()],
  notification: [
    'notifications/roots/list_changed',
    (view) => view.notification({ method: 'notifications/roots/list_changed' }),
  ],
}

type Dialect = 'SDK 1' | 'SDK 2, initialize' | 'SDK 2, 2026-07-28'

const DIALECTS: Record<Dialect, { major: Major; options: object; verbs: Record<string, [string, Call]> }> = {
  'SDK 1': {
    major: 1,
    options: {},
    verbs: {
      ...SHARED,
      request: ['tools/call', (view) => view.request({ method: 'tools/call', params: tool }, ResultSchema)],
      requestStream: [
        'tools/call',
        (view) => view.requestStream({ method: 'tools/call', params: tool }, ResultSchema).next(),
      ],
      getTask: ['tasks/get', (view) => view.getTask({ taskId: 't' })],
      getTaskResult: ['tasks/result', (view) => view.getTaskResult({ taskId: 't' }, ResultSchema)],
      listTasks: ['tasks/list', (view) => view.listTasks()],
      cancelTask: ['tasks/cancel', (view) => view.cancelTask({ taskId: 't' })],
      experimental: ['tools/call', (view) => view.experimental.tasks.callToolStream(tool).next()],
    },
  },
  'SDK 2, initialize': {
    major: 2,
    options: { versionNegotiation: { mode: 'legacy' } },
    verbs: { ...SHARED, request: ['tools/call', (view) => view.request({ method: 'tools/call', params: tool })] },
  },
  // The revision dropped ping, setLoggingLevel, the resource subscriptions and roots/list_changed.
  'SDK 2, 2026-07-28': {
    major: 2,
    options: { versionNegotiation: { mode: 'auto' } },
    verbs: {
      ...Object.fromEntries(Object.entries(SHARED).filter(([, [method]]) => !DROPPED.includes(method))),
      request: ['tools/call', (view) => view.request({ method: 'tools/call', params: tool })],
      discover: ['server/discover', (view) => view.discover()],
      listen: ['subscriptions/listen', (view) => view.listen({ toolsListChanged: true }, { timeout: 100 })],
      notification: [
        'notifications/progress',
        (view) => view.notification({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }),
      ],
    },
  },
}

/** What sends nothing of its own, or acts on the client itself. */
const OTHERS = [
  'constructor',
  'connect',
  'close',
  'transport',
  'registerCapabilities',
  'setRequestHandler',
  'removeRequestHandler',
  'setNotificationHandler',
  'removeNotificationHandler',
  'getServerCapabilities',
  'getServerVersion',
  'getInstructions',
  'assertCapability',
  'assertCapabilityForMethod',
  'assertNotificationCapability',
  'assertRequestHandlerCapability',
  'assertTaskCapability',
  'assertTaskHandlerCapability',
  'assertCanSetRequestHandler',
  'buildContext',
  'cacheToolMetadata',
  'getToolOutputValidator',
  'isToolTask',
  'isToolTaskRequired',
  'requestTaskStore',
  'getNegotiatedProtocolVersion',
  'getProtocolEra',
  'getDiscoverResult',
  'setVersionNegotiation',
  'autoOpenedSubscription',
]

describe.each(Object.entries(DIALECTS))('%s', (_dialect, { major, options, verbs }) => {
  async function connected() {
    const peer = new ScriptedPeer(major)
    const client = newClient(major, { capabilities: { roots: { listChanged: true } }, ...options })
    await client.connect(peer.near)
    onTestFinished(() => client.close())
    peer.received.length = 0
    return { peer, client, view: createContextClient(client, testContext) }
  }

  test.each(Object.entries(verbs))('%s carries the context', async (_verb, [method, call]) => {
    const { peer, view } = await connected()
    await Promise.resolve(call(view.withContext({ tenant: 'acme' }))).catch(() => {})
    expect(peer.of(method)).toHaveLength(1)
    expect(peer.of(method)[0]?.params?._meta).toMatchObject({ [CONTEXT_META_KEY]: { tenant: 'acme' } })
  })

  test.each(Object.entries(verbs))('%s with nothing set is what the bare client sends', async (_verb, [, call]) => {
    const bare = await connected()
    const bound = await connected()
    await Promise.resolve(call(bare.client)).catch(() => {})
    await Promise.resolve(call(bound.view)).catch(() => {})
    expect(bare.peer.received).not.toEqual([])
    expect(bound.peer.received).toEqual(bare.peer.received)
  })
})

test.each([
  ['SDK 1', ClientV1, ['SDK 1']],
  ['SDK 2', ClientV2, ['SDK 2, initialize', 'SDK 2, 2026-07-28']],
] as const)('no verb of %s is left out of these tables', (_name, Client, dialects) => {
  const methods = new Set<string>()
  let prototype: object = Client.prototype
  for (; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
    for (const name of Object.getOwnPropertyNames(prototype)) if (!name.startsWith('_')) methods.add(name)
  }
  const known = new Set([...dialects.flatMap((dialect) => Object.keys(DIALECTS[dialect].verbs)), ...OTHERS])
  expect([...methods].filter((name) => !known.has(name))).toEqual([])
})

describe('a view on a server', () => {
  test.each<[string, (view: TestClient) => unknown]>([
    ['sampling/createMessage', (view) => view.createMessage(sampling)],
    ['roots/list', (view) => view.listRoots()],
    ['ping', (view) => view.ping()],
    ['notifications/message', (view) => view.sendLoggingMessage({ level: 'info', data: 'x' })],
    ['notifications/tools/list_changed', (view) => view.sendToolListChanged()],
    ['notifications/resources/updated', (view) => view.sendResourceUpdated({ uri: 'a:b' })],
  ])('%s carries the context', async (method, call) => {
    const peer = new ScriptedPeer(1)
    const capabilities = { logging: {}, tools: {}, resources: {} }
    const server = new ServerV1({ name: 's', version: '1' }, { capabilities }) as unknown as TestClient
    await server.connect(peer.near)
    onTestFinished(() => server.close())
    const view = createContextClient(server, testContext, { context: { tenant: 'acme' } })
    await Promise.resolve(call(view)).catch(() => {})
    expect(peer.of(method)[0]?.params?._meta).toEqual({ [CONTEXT_META_KEY]: { tenant: 'acme' } })
  })
})
