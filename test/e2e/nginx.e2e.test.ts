// The bridge behind a real nginx: it routes by the mirrored tenant, and gives each request a token of its own.

import { request } from 'node:http'
import { contextErrorFrom, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch, encodeHeaderValue, type FetchLike } from 'mcp-request-context/http'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { describeWith } from '../support/debian.js'
import { eventually } from '../support/eventually.js'
import { httpTransport } from '../support/http.js'
import { freePort } from '../support/processes.js'
import { answerOf, callWith, MAJORS, MODERN, newClient, type TestClient } from '../support/sdk.js'
import { callContext, gatewayContext } from './nginx/contexts.js'
import { type Gateway, startGateway } from './nginx/gateway.js'
import { Nginx, quotedPart, readConfiguration } from './nginx/nginx.js'
import type { Look, Received } from './nginx/server.js'

const DIALECTS = [
  ['a client of SDK 1', 1, {}],
  ['a client of SDK 2', 2, {}],
  ['a client of SDK 2 asking for 2026-07-28', 2, MODERN],
] as const

const TENANTS = ['acme', 'globex', 'zürich'] as const
type Tenant = (typeof TENANTS)[number]

/** What `look` answers. */
interface Answer {
  readonly process: number
  /** Whether the calls that were to come together did. */
  readonly met: boolean
  readonly looks: Look[]
}

let traces = 0
const newTrace = () => `trace-${++traces}`

describeWith('nginx', 'behind nginx', () => {
  describe.each(MAJORS)('servers of SDK %i', (serverMajor) => {
    let gateway: Gateway
    beforeAll(async () => {
      gateway = await startGateway(serverMajor)
    })
    afterAll(() => gateway?.stop())

    const processOf = (tenant: Tenant) => (tenant === 'acme' ? gateway.acme : gateway.globex)

    /** What arrived for a call, at either process. */
    async function arrivedFor(trace: string): Promise<Received[]> {
      return (await gateway.received()).filter(({ context }) => context.trace === trace)
    }

    describe.each(DIALECTS)('%s', (_name, major, options) => {
      const is2026 = serverMajor === 2 && 'versionNegotiation' in options

      /** Connects a client until the test is over. `mirror` makes its fetch of the one that is watched. */
      async function connect(url: URL, mirror: (inner: FetchLike) => FetchLike = mirrored) {
        const sent: Headers[] = []
        const statuses: number[] = []
        const watched: FetchLike = async (input, init) => {
          sent.push(new Headers(init?.headers))
          const response = await fetch(input, init)
          statuses.push(response.status)
          return response
        }
        const client = newClient(major, options)
        await client.connect(httpTransport(major, url, { fetch: mirror(watched) }))
        onTestFinished(() => client.close())
        return { client, root: createContextClient(client, callContext), sent, statuses }
      }

      const mirrored = (inner: FetchLike) => contextFetch(callContext, inner)

      /** Calls from a view each, none of which is answered before all have arrived. */
      async function callTogether(root: TestClient & { withContext(source: object): TestClient }, count: number) {
        const calls = Array.from({ length: count }, (_, index) => {
          return { tenant: TENANTS[index % TENANTS.length] as Tenant, trace: newTrace() }
        })
        const meeting = newTrace()
        return Promise.all(
          calls.map(async ({ tenant, trace }) => {
            const together = calls.filter((other) => processOf(other.tenant) === processOf(tenant)).length
            const view = root.withContext({ tenant, trace })
            return { tenant, trace, answer: await look(view, meeting, together) }
          }),
        )
      }

      test('three hundred calls at once land each on the process of its tenant', async () => {
        const { root } = await connect(gateway.url)
        for (const { tenant, trace, answer } of await callTogether(root, 300)) {
          expect(answer).toMatchObject({ process: processOf(tenant).pid, met: true })
          expect(answer.looks).toHaveLength(2)
          for (const seen of answer.looks) {
            expect(seen).toMatchObject({ tenant, trace, tenantHeader: encodeHeaderValue(tenant) })
          }
        }
      })

      test('two hundred calls at once over one client read each the token that nginx gave it', async () => {
        const { root } = await connect(gateway.url)
        const answered = await callTogether(root, 200)
        const arrived = new Map(
          (await gateway.received()).map(({ context, headers }) => [
            context.trace,
            headers['x-forwarded-access-token'],
          ]),
        )
        for (const { trace, answer } of answered) {
          const token = gateway.tokens.issued.get(trace)
          expect(token).toMatch(/^TOKEN_\d+$/)
          expect(arrived.get(trace)).toBe(token)
          expect(answer.met).toBe(true)
          expect(answer.looks).toHaveLength(2)
          for (const seen of answer.looks) expect(seen).toMatchObject({ token, tokenHeader: token })
        }
        expect(new Set(answered.map(({ answer }) => answer.looks[0]?.token)).size).toBe(200)
      })

      test('a view that calls twice reads two tokens', async () => {
        const { root } = await connect(gateway.url)
        const trace = newTrace()
        const view = root.withContext({ tenant: 'acme', trace })
        const first = await look(view)
        expect(first.looks[0]?.token).toBe(gateway.tokens.issued.get(trace))
        const second = await look(view)
        expect(second.looks[0]?.token).toBe(gateway.tokens.issued.get(trace))
        expect(second.looks[0]?.token).not.toBe(first.looks[0]?.token)
      })

      test('the handshake and listing name no tenant and are served', async () => {
        const requestInit = { headers: { 'X-Client': newTrace() } }
        const client = newClient(major, options)
        const fetch = contextFetch(callContext)
        await client.connect(httpTransport(major, gateway.url, { fetch, requestInit }))
        onTestFinished(() => client.close())
        expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['look', 'progress'])
        const all = await gateway.received()
        const own = all.filter(({ headers }) => headers['x-client'] === requestInit.headers['X-Client'])
        const methods = own.map(({ rpc }) => rpc)
        expect(methods).toContain(is2026 ? 'server/discover' : 'initialize')
        expect(methods).toContain('tools/list')
        for (const { headers } of own) expect(headers).not.toHaveProperty('x-tenant-id')
      })

      test('a listing for a tenant is answered by its process', async () => {
        const { root } = await connect(gateway.url)
        const trace = newTrace()
        const { tools } = await root.withContext({ tenant: 'globex', trace }).listTools()
        expect(tools.map(({ name }) => name)).toEqual(['look', 'progress'])
        expect(await arrivedFor(trace)).toMatchObject([{ rpc: 'tools/list', process: gateway.globex.pid }])
      })

      test('a call that names no tenant is refused by the server, which requires one', async () => {
        const { client } = await connect(gateway.url)
        await expect(look(client)).rejects.toMatchObject({ code: -32602, data: { reason: 'missing' } })
      })

      test('a tenant that is not ASCII is routed by its encoded form', async () => {
        const { root } = await connect(gateway.url)
        const trace = newTrace()
        const answer = await look(root.withContext({ tenant: 'zürich', trace }))
        expect(answer).toMatchObject({
          process: gateway.globex.pid,
          looks: [{ tenant: 'zürich' }, { tenant: 'zürich' }],
        })
        const [arrived] = await arrivedFor(trace)
        expect(arrived?.headers['x-tenant-id']).toBe('=?base64?esO8cmljaA==?=')
      })

      test.each([
        ['that nobody has', 'initech'],
        ['in another case', 'ACME'],
        ['that is longer', 'acme2'],
        ['that is empty', ''],
        ['that looks like the encoded form of another', '=?base64?esO8cmljaA==?='],
      ])('a tenant %s is turned away: no token is issued for it and nothing arrives', async (_claim, tenant) => {
        const { root, statuses } = await connect(gateway.url)
        const trace = newTrace()
        await expect(look(root.withContext({ tenant, trace }))).rejects.toThrow('No server here has this tenant.')
        expect(statuses.at(-1)).toBe(403)
        expect(gateway.tokens.issued.has(trace)).toBe(false)
        expect(await arrivedFor(trace)).toEqual([])
      })

      test('whom the issuer of tokens refuses does not arrive', async () => {
        const { root, statuses } = await connect(gateway.url)
        const trace = newTrace()
        gateway.tokens.refused.add(trace)
        await expect(look(root.withContext({ tenant: 'acme', trace }))).rejects.toThrow()
        expect(statuses.at(-1)).toBe(401)
        expect(await arrivedFor(trace)).toEqual([])
      })

      test('what a client says in the name of nginx does not arrive', async () => {
        const { root } = await connect(gateway.url, (inner) => mirrored(forging(inner)))
        const trace = newTrace()
        const { looks } = await look(root.withContext({ tenant: 'acme', trace }))
        const token = gateway.tokens.issued.get(trace)
        for (const seen of looks) expect(seen).toMatchObject({ token, tokenHeader: token })
        const [arrived] = await arrivedFor(trace)
        expect(arrived?.headers['x-forwarded-access-token']).toBe(token)
        expect(JSON.stringify(arrived)).not.toContain('FORGED')
      })

      test('nor does it where nginx has no token to put there', async () => {
        const { root } = await connect(gateway.url, (inner) => mirrored(forging(inner)))
        const trace = newTrace()
        gateway.tokens.tokenless.add(trace)
        await expect(look(root.withContext({ tenant: 'acme', trace }))).rejects.toMatchObject({
          code: -32602,
          data: { key: gatewayContext.key, reason: 'missing' },
        })
        const [arrived] = await arrivedFor(trace)
        expect(arrived?.headers).not.toHaveProperty('x-forwarded-access-token')
      })

      test('a token in the context loses to the one of nginx', async () => {
        const { root, sent } = await connect(gateway.url, (inner) => contextFetch(gatewayContext, mirrored(inner)))
        const trace = newTrace()
        const view = createContextClient(root.withContext({ tenant: 'acme', trace }), gatewayContext)
        const { looks } = await look(view.withContext({ token: 'STALE' }))
        expect(sent.at(-1)?.get('X-Forwarded-Access-Token')).toBe('STALE')
        const token = gateway.tokens.issued.get(trace)
        expect(token).toMatch(/^TOKEN_/)
        for (const seen of looks) expect(seen).toMatchObject({ token, tokenHeader: token })
      })

      test('a tenant that was changed on the way is refused', async () => {
        const { root, statuses } = await connect(gateway.changing)
        const trace = newTrace()
        const error = await look(root.withContext({ tenant: 'acme', trace })).catch((error) => error)
        expect(error).toMatchObject({ code: -32020, data: { key: callContext.key, reason: 'mismatch' } })
        const issues = [{ path: ['tenant'], message: 'header X-Tenant-Id contradicts the context' }]
        expect(contextErrorFrom(error)).toMatchObject({ code: 'mismatch', issues })
        expect(`${error.message} ${JSON.stringify(error.data)}`).not.toMatch(/acme|globex/)
        const [arrived] = await arrivedFor(trace)
        expect(arrived).toMatchObject({
          process: gateway.globex.pid,
          context: { tenant: 'acme' },
          headers: { 'x-tenant-id': 'globex' },
        })
        // The status is the SDK's: only in this era can it still be chosen when the answer is known.
        expect(statuses.at(-1)).toBe(is2026 ? 400 : 200)
      })

      test('a tenant that was dropped on the way is refused', async () => {
        const { root } = await connect(gateway.dropping)
        const error = await look(root.withContext({ tenant: 'acme', trace: newTrace() })).catch((error) => error)
        expect(contextErrorFrom(error)).toMatchObject({
          code: 'mismatch',
          issues: [{ path: ['tenant'], message: 'header X-Tenant-Id is missing' }],
        })
      })

      test('so is one that the client did not mirror', async () => {
        const { root } = await connect(gateway.url, (inner) => inner)
        const error = await look(root.withContext({ tenant: 'acme', trace: newTrace() })).catch((error) => error)
        expect(contextErrorFrom(error)).toMatchObject({
          code: 'mismatch',
          issues: [{ path: ['tenant'], message: 'header X-Tenant-Id is missing' }],
        })
      })

      test('progress arrives while the call is still running', async () => {
        const { root } = await connect(gateway.url)
        const trace = newTrace()
        const view = root.withContext({ tenant: 'acme', trace })
        const onprogress = vi.fn()
        const result = callWith(major, view, { name: 'progress' }, { onprogress })
        await eventually(() => expect(onprogress).toHaveBeenCalledWith({ progress: 1, total: 2 }))
        await gateway.acme.open(trace)
        expect(answerOf(await result)).toMatchObject({ process: gateway.acme.pid, looks: [{ tenant: 'acme', trace }] })
      })

      test('the log has the tenant of every call, and no token', async () => {
        const { root } = await connect(gateway.url)
        for (const tenant of TENANTS) {
          const trace = newTrace()
          await look(root.withContext({ tenant, trace }))
          const upstream = `127.0.0.1:${await processOf(tenant).port}`
          const line = { tenant: encodeHeaderValue(tenant), trace, status: 200, upstream }
          await eventually(async () => expect(await gateway.accessLog()).toContainEqual(line))
        }
        expect(gateway.tokens.issued.size).toBeGreaterThan(0)
        expect(await gateway.nginx.log('access')).not.toContain('TOKEN_')
        expect(await gateway.nginx.log('error')).not.toContain('TOKEN_')
      })

      test('a header of the greatest size that a definition allows by default passes', async () => {
        const { root } = await connect(gateway.url)
        const trace = newTrace().padEnd(4096, 'x')
        const { looks } = await look(root.withContext({ tenant: 'acme', trace }))
        expect(looks[0]).toMatchObject({ trace })
      })

      test('a longer one than nginx takes does not arrive, and the caller is told', async () => {
        const { key, schema } = callContext
        const headers = { tenant: 'X-Tenant-Id', trace: 'X-Trace-Id' }
        const wide = defineContext({ key, schema, headers, limits: { maxBytes: 65_536, maxHeaderBytes: 65_536 } })
        const { client, statuses } = await connect(gateway.url, (inner) => contextFetch(wide, inner))
        const context = { tenant: 'acme', trace: newTrace().padEnd(8192, 'x') }
        await expect(look(createContextClient(client, wide, { context }))).rejects.toThrow('Header Or Cookie Too Large')
        expect(statuses.at(-1)).toBe(400)
        expect(await arrivedFor(context.trace)).toEqual([])
      })
    })

    test('a tenant that is said twice is not served as the second', async () => {
      const context = { tenant: 'globex', trace: newTrace() }
      const { status, text } = await post(gateway.url, context, ['acme', 'globex'])
      // nginx takes the first before 1.23, and since then both in one, which nobody has.
      expect(status === 403 || text.includes('-32020')).toBe(true)
      for (const { headers } of await arrivedFor(context.trace)) expect(headers['x-tenant-id']).toBe('acme')
    })

    test('nginx has nothing to complain about', async () => {
      const { code, said } = await gateway.nginx.test()
      expect(said).toContain('test is successful')
      expect(said).not.toMatch(/\[(warn|error|alert|emerg)\]/)
      expect(code).toBe(0)
      expect(await gateway.nginx.log('error')).toBe('')
    })
  })

  test('the part of the configuration that the documentation quotes stands by itself', async () => {
    const configuration = await readConfiguration()
    const quoted = quotedPart(configuration)
    const [before = ''] = configuration.split('# docs:start')
    const ports = new Map([3001, 3002, 4180].map((port) => [port, port]))
    const nginx = await Nginx.create(`${before}${quoted}}`, ports.set(8080, await freePort()))
    onTestFinished(() => nginx.stop())
    expect(await nginx.test()).toMatchObject({ code: 0 })
  })
})

async function look(view: TestClient, meeting = newTrace(), together = 1): Promise<Answer> {
  return answerOf(await view.callTool({ name: 'look', arguments: { meeting, together } }))
}

/** A fetch that adds what only nginx should say. */
function forging(inner: FetchLike): FetchLike {
  const names = [
    'X-Forwarded-Access-Token',
    'X-Forwarded-User',
    'X-Forwarded-Email',
    'X-Forwarded-Groups',
    'X-Internal-Caller',
    // Some servers read these as if they had dashes.
    'X_Forwarded_Access_Token',
    'X_Tenant_Id',
  ]
  return (input, init) => {
    const headers = new Headers(init?.headers)
    for (const name of names) headers.set(name, 'FORGED')
    return inner(input, { ...init, headers })
  }
}

/** A call as HTTP, with the tenant's header said more than once. */
function post(url: URL, context: { tenant: string; trace: string }, tenants: string[]) {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'x-tenant-id': tenants,
    'x-trace-id': context.trace,
  }
  const params = {
    name: 'look',
    arguments: { meeting: newTrace(), together: 1 },
    _meta: { [callContext.key]: context },
  }
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode, text })
    })
    sent.on('error', reject)
    sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }))
  })
}
