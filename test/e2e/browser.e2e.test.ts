// A real browser: pages that call MCP servers of another origin, past real preflights, with a context in real headers.
import { setTimeout as sleep } from 'node:timers/promises'
import { corsAllowHeaders } from 'mcp-request-context/http'
import { getContext, installContext } from 'mcp-request-context/server'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { describeWith, pathOf } from '../support/debian.js'
import { eventually } from '../support/eventually.js'
import type { MakeServer } from '../support/http.js'
import { type Major, newServer, reply } from '../support/sdk.js'
import { type Cors, type CorsServer, type Handle, handlerOf, serveCors, sessionOf } from './browser/cors-server.js'
import { DEFINITIONS, type DefinitionName } from './browser/definitions.js'
import type { Dialect, Plan } from './browser/page.js'
import { bundlePage, serveSite } from './browser/site.js'

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // No other host exists.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

// What a client sends by itself, beside the headers that CORS always allows.
const SESSION = ['content-type', 'mcp-protocol-version', 'mcp-session-id']
const STATELESS = ['content-type', 'mcp-protocol-version']
const MODERN = ['content-type', 'mcp-method', 'mcp-name', 'mcp-protocol-version']

const CONTEXT = { tenant: 'acme', retries: 3, dryRun: true }
const BOUND = ['x-dry-run', 'x-retries', 'x-tenant-id']

/** What a call under CONTEXT rejects with where its preflight is refused: a browser hides the reason from scripts. */
const UNSENT = {
  name: 'TypeError',
  message: expect.stringMatching(
    /^Failed to fetch: if the console says .* Access-Control-Allow-Headers of http:\/\/127\.0\.0\.1:\d+ must name X-Tenant-Id, X-Retries, X-Dry-Run$/,
  ),
  cause: { name: 'TypeError', message: 'Failed to fetch' },
}

/** What contextFetch rejects with where the server redirects. */
const REDIRECTED = {
  name: 'ContextError',
  code: 'redirected',
  message: expect.stringContaining('this runtime hides the target'),
}

interface Wire {
  readonly dialect: Dialect
  readonly major: Major
  readonly handle: (makeServer: MakeServer) => Handle | Promise<Handle>
  /** The header names that its client sends. */
  readonly names: readonly string[]
}

const LATEST: Wire = { dialect: 'SDK 2, 2026-07-28', major: 2, handle: handlerOf, names: MODERN }

const WIRES: readonly [string, Wire][] = [
  ['SDK 1 at a server of SDK 1', { dialect: 'SDK 1, 2025-11-25', major: 1, handle: sessionOf, names: SESSION }],
  ['SDK 2 at a server of SDK 1', { dialect: 'SDK 2, 2025-11-25', major: 1, handle: sessionOf, names: SESSION }],
  ['SDK 2 at a server of SDK 2', { dialect: 'SDK 2, 2025-11-25', major: 2, handle: handlerOf, names: STATELESS }],
  ['SDK 2 at a server of SDK 2, 2026-07-28', LATEST],
]

/** Servers with a tool that answers with its context, some calls later than others. */
function readingServers(major: Major, name: DefinitionName = 'testContext') {
  const definition = DEFINITIONS[name]
  const tool = { calls: 0, running: 0, mostAtOnce: 0 }
  const makeServer = () => {
    const server = installContext(newServer(major), definition, { required: true, http: { verify: 'strict' } })
    server.registerTool('read', {}, async () => {
      tool.running += 1
      tool.mostAtOnce = Math.max(tool.mostAtOnce, tool.running)
      await sleep((tool.calls++ % 4) * 5)
      tool.running -= 1
      return reply(getContext(definition))
    })
    return server
  }
  return { tool, makeServer }
}

/** A server whose CORS answer allows what a client of the wire sends, and the headers of the context. */
async function serve(wire: Wire, cors: Partial<Cors> = {}, name: DefinitionName = 'testContext') {
  const { tool, makeServer } = readingServers(wire.major, name)
  const allowHeaders = [...wire.names, ...corsAllowHeaders(DEFINITIONS[name])]
  const server = await serveCors({ allowHeaders, ...cors }, await wire.handle(makeServer))
  return { ...server, tool }
}

function isCall(body: unknown): boolean {
  return (body as { method?: unknown } | undefined)?.method === 'tools/call'
}

const callsAt = ({ arrived }: CorsServer) => arrived.filter(({ body }) => isCall(body))

describeWith('chromium', 'in Chromium', () => {
  let bundle: Awaited<ReturnType<typeof bundlePage>>
  let site: Awaited<ReturnType<typeof serveSite>>
  let browser: Browser
  let page: Page
  const hosts = new Set<string>()
  const messages: string[] = []

  beforeAll(async () => {
    bundle = await bundlePage()
    site = await serveSite(bundle.script)
    // It keeps its data in a new folder, which goes when it closes.
    browser = await chromium.launch({ executablePath: pathOf('chromium'), args: ARGS, timeout: 120_000 })
    page = await browser.newPage()
    page.context().on('request', (request) => hosts.add(new URL(request.url()).hostname))
    page.on('console', (message) => messages.push(message.text()))
    await page.goto(site.url)
  })

  afterAll(async () => {
    site?.close()
    await browser?.close()
  })

  afterEach(() => expect([...hosts]).toEqual(['127.0.0.1']))

  const callAll = (plan: Plan) => page.evaluate((plan) => mcp.callAll(plan), plan)

  /** What the console says of CORS and a server. */
  const rejections = ({ url }: CorsServer) =>
    messages.filter((message) => message.includes(`'${url.href}'`) && message.includes('CORS policy'))

  test('the bundle is made without a warning, and has nothing of Node in it', () => {
    expect(bundle.warnings).toEqual([])
    expect(bundle.imports).toEqual([])
    expect(bundle.script).not.toMatch(/node:/)
    expect(bundle.inputs).toContain('src/client/view.ts')
    expect(bundle.inputs).toContain('src/http/context-fetch.ts')
  })

  describe.each(WIRES)('the client of %s', (_name, wire) => {
    const { dialect } = wire

    test('60 overlapping views arrive each with its own headers', async () => {
      const server = await serve(wire)
      const contexts = Array.from({ length: 60 }, (_, index) => ({ tenant: `t${index}`, retries: index }))
      const { protocol, outcomes } = await callAll({ url: server.url.href, dialect, contexts })
      expect(dialect).toContain(protocol)
      expect(outcomes).toEqual(contexts.map((answer) => ({ answer })))
      const mirrored = callsAt(server).map(({ headers, body }) => {
        const context = { tenant: headers['x-tenant-id'], retries: Number(headers['x-retries']) }
        expect(body.params._meta[testContext.key]).toEqual(context)
        return context
      })
      expect(mirrored.sort((one, other) => one.retries - other.retries)).toEqual(contexts)
      expect(server.tool.mostAtOnce).toBeGreaterThan(1)
    })

    test('preflights ask for what its client sends and the bound names, and for nothing else', async () => {
      const server = await serve(wire)
      await callAll({ url: server.url.href, dialect, contexts: [CONTEXT] })
      expect([...new Set(server.preflights.flat())].sort()).toEqual([...wire.names, ...BOUND].sort())
      const withBound = server.preflights.filter((names) => names.some((name) => BOUND.includes(name)))
      expect(withBound).toHaveLength(1)
      expect(withBound[0]).toEqual(expect.arrayContaining(BOUND))
    })

    test('the context and the credentials arrive together where both are allowed', async () => {
      const server = await serve(wire, { credentials: true })
      await page.context().addCookies([{ name: 'who', value: 'user-1', url: server.url.origin }])
      onTestFinished(() => page.context().clearCookies())
      const transport = { requestInit: { credentials: 'include' } } as const
      const { outcomes } = await callAll({ url: server.url.href, dialect, contexts: [CONTEXT], transport })
      expect(outcomes).toEqual([{ answer: CONTEXT }])
      expect(callsAt(server)).toMatchObject([{ headers: { cookie: 'who=user-1', 'x-tenant-id': 'acme' } }])
    })

    test('without the bound names in the CORS answer, the calls that need them are not sent, and others are', async () => {
      const server = await serve(wire, { allowHeaders: wire.names })
      const unbound = { token: 'TOKEN_1' }
      const contexts = [CONTEXT, unbound, CONTEXT]
      const { outcomes } = await callAll({ url: server.url.href, dialect, contexts })
      expect(outcomes).toEqual([{ failure: UNSENT }, { answer: unbound }, { failure: UNSENT }])
      expect(callsAt(server)).toHaveLength(1)
      expect(server.tool.calls).toBe(1)
      await eventually(() => expect(rejections(server)).toHaveLength(2))
    })
  })

  test.each(BOUND)('the console names %s where the CORS answer leaves it out', async (name) => {
    const allowed = [...LATEST.names, ...corsAllowHeaders(testContext)]
    const server = await serve(LATEST, { allowHeaders: allowed.filter((other) => other.toLowerCase() !== name) })
    const { outcomes } = await callAll({ url: server.url.href, contexts: [CONTEXT] })
    expect(outcomes).toEqual([{ failure: UNSENT }])
    expect(callsAt(server)).toEqual([])
    expect(server.tool.calls).toBe(0)
    const said = `header field ${name} is not allowed by Access-Control-Allow-Headers in preflight response`
    await eventually(() => expect(rejections(server)).toEqual([expect.stringContaining(said)]))
  })

  test.each([
    ['stands for the bound names without credentials', 'omit', { answer: CONTEXT }],
    ['stands for none of them with credentials', 'include', { failure: UNSENT }],
  ] as const)('a wildcard %s', async (_claim, credentials, outcome) => {
    const server = await serve(LATEST, { allowHeaders: [...LATEST.names, '*'], credentials: true })
    const transport = { requestInit: { credentials } }
    const { outcomes } = await callAll({ url: server.url.href, contexts: [CONTEXT], transport })
    expect(outcomes).toEqual([outcome])
    expect(callsAt(server)).toHaveLength('answer' in outcome ? 1 : 0)
  })

  test('a token bound to Authorization arrives with its own call', async () => {
    const server = await serve(LATEST, {}, 'authorized')
    const contexts = ['TOKEN_1', 'TOKEN_2', 'TOKEN_3'].map((token) => ({ token }))
    const { outcomes } = await callAll({ url: server.url.href, definition: 'authorized', contexts })
    expect(outcomes).toEqual(contexts.map((answer) => ({ answer })))
    const tokens = callsAt(server).map(({ headers }) => headers.authorization)
    expect(tokens.sort()).toEqual(['Bearer TOKEN_1', 'Bearer TOKEN_2', 'Bearer TOKEN_3'])
  })

  test('values that are no plain ASCII arrive as Base64 and are read back', async () => {
    const server = await serve(LATEST)
    const tenants = ['Zürich', '東京 🚆', ' padded ', '', 'two\nlines', '=?base64?YQ==?=']
    const contexts = tenants.map((tenant) => ({ tenant }))
    const { outcomes } = await callAll({ url: server.url.href, contexts })
    expect(outcomes).toEqual(contexts.map((answer) => ({ answer })))
    const encoded = tenants.map((tenant) => `=?base64?${Buffer.from(tenant).toString('base64')}?=`)
    const arrived = callsAt(server).map(({ headers }) => headers['x-tenant-id'])
    expect(arrived.sort()).toEqual(encoded.sort())
  })

  test('in a worker, 60 overlapping views arrive each with its own headers', async () => {
    const server = await serve(LATEST)
    const contexts = Array.from({ length: 60 }, (_, index) => ({ tenant: `t${index}` }))
    const plan = { url: server.url.href, contexts }
    const { outcomes } = await page.evaluate((plan) => mcp.callAllInWorker(plan), plan)
    expect(outcomes).toEqual(contexts.map((answer) => ({ answer })))
    const tenants = callsAt(server).map(({ headers }) => headers['x-tenant-id'])
    expect(new Set(tenants)).toEqual(new Set(contexts.map(({ tenant }) => tenant)))
  })

  describe.each<[string, (here: URL, there: URL) => URL]>([
    ['the same origin', (here) => new URL('/moved', here)],
    ['another origin', (_here, there) => there],
  ])('a redirect to %s', (_target, locate) => {
    /** A server that redirects the tool's calls, and whatever arrives where they lead to. */
    async function redirecting() {
      const cors = { allowHeaders: [...SESSION, ...MODERN, ...BOUND] }
      const handle = handlerOf(readingServers(2).makeServer)
      const there = await serveCors(cors, (_request, response) => response.end('{}'))
      const here: CorsServer = await serveCors(cors, (request, response, body) => {
        if (!isCall(body)) return handle(request, response, body)
        if (request.url === '/moved') return response.end('{}')
        return response.writeHead(307, { location: locate(here.url, there.url).href }).end()
      })
      const beyond = () => [
        ...there.preflights,
        ...there.arrived,
        ...here.arrived.filter(({ path }) => path === '/moved'),
      ]
      return { here, beyond }
    }

    test('is refused by contextFetch', async () => {
      const { here, beyond } = await redirecting()
      const outcome = await page.evaluate(([url, context]) => mcp.post(url, context), [here.url.href, CONTEXT] as const)
      expect(outcome).toEqual({ failure: REDIRECTED })
      expect(callsAt(here)).toMatchObject([{ headers: { 'x-tenant-id': 'acme' } }])
      expect(beyond()).toEqual([])
    })

    // By default the SDKs leave no redirect to fetch, and say themselves that they do not follow this one.
    test.each<[Dialect, 'same-origin' | 'follow', object]>([
      ['SDK 1, 2025-11-25', 'same-origin', { message: expect.stringContaining('Redirect not followed') }],
      ['SDK 1, 2025-11-25', 'follow', REDIRECTED],
      ['SDK 2, 2026-07-28', 'same-origin', { message: expect.stringContaining('Redirect not followed') }],
      ['SDK 2, 2026-07-28', 'follow', REDIRECTED],
    ])('is not followed by %s with redirectPolicy %s', async (dialect, redirectPolicy, failure) => {
      const { here, beyond } = await redirecting()
      const plan = { url: here.url.href, dialect, contexts: [CONTEXT], transport: { redirectPolicy } }
      const { outcomes } = await callAll(plan)
      expect(outcomes).toMatchObject([{ failure }])
      expect(callsAt(here)).toMatchObject([{ headers: { 'x-tenant-id': 'acme' } }])
      expect(beyond()).toEqual([])
    })
  })
})
