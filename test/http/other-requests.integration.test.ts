// What an MCP client sends beside its messages goes through the same fetch: OAuth, and the streams it comes back to.
import { contextFetch } from 'mcp-request-context/http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { eventually } from '../support/eventually.js'
import { type Arrived, httpTransport, recordingServer, sseTransport } from '../support/http.js'
import { type LinkedTransport, MAJORS } from '../support/sdk.js'

const CONTEXT = { tenant: 'acme-7f3a', retries: 3, token: 'unbound-91c2' }

const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 't', _meta: { [testContext.key]: CONTEXT } },
}
const ANSWER = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [] } })

const carries = ({ path, headers, body }: Arrived) =>
  /acme-7f3a|unbound-91c2/.test(`${path} ${JSON.stringify([...headers])} ${body}`) || headers.has('x-retries')

async function started(transport: unknown): Promise<LinkedTransport> {
  const linked = transport as LinkedTransport
  linked.onerror = () => {}
  await linked.start()
  onTestFinished(() => linked.close())
  return linked
}

describe.each(MAJORS)('the client of SDK %i', (major) => {
  test('a call that is answered 401 is sent again with its context, and OAuth carries nothing between', async () => {
    const { url, arrived } = await recordingServer(({ path, headers }, response) => {
      const { origin } = url
      const documents: Record<string, object> = {
        'oauth-protected-resource': { resource: url.href, authorization_servers: [origin] },
        'oauth-authorization-server': {
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
        },
        token: { access_token: 'fresh', token_type: 'Bearer', refresh_token: 'r2' },
      }
      const [, document] = Object.entries(documents).find(([name]) => path.includes(`/${name}`)) ?? []
      const allowed = document !== undefined || headers.get('authorization') === 'Bearer fresh'
      response.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' })
      response.end(document === undefined ? ANSWER : JSON.stringify(document))
      return true
    })
    let tokens = { access_token: 'stale', token_type: 'Bearer', refresh_token: 'r1', issuer: url.origin }
    const authProvider = {
      redirectUrl: `${url.origin}/callback`,
      clientMetadata: { redirect_uris: [`${url.origin}/callback`] },
      clientInformation: () => ({ client_id: 'c', issuer: url.origin }),
      tokens: () => tokens,
      saveTokens: (saved: typeof tokens) => {
        tokens = saved
      },
      redirectToAuthorization: () => expect.unreachable('the tokens can be refreshed'),
      saveCodeVerifier() {},
      codeVerifier: () => '',
    }
    const transport = await started(httpTransport(major, url, { authProvider, fetch: contextFetch(testContext) }))
    await transport.send(CALL)
    const calls = arrived.filter(({ path }) => path === '/mcp')
    expect(calls.map(({ headers }) => [headers.get('authorization'), headers.get('x-tenant-id')])).toEqual([
      ['Bearer stale', CONTEXT.tenant],
      ['Bearer fresh', CONTEXT.tenant],
    ])
    const others = arrived.filter(({ path }) => path !== '/mcp')
    expect(others.map(({ method }) => method)).toContain('POST')
    expect(others.length).toBeGreaterThanOrEqual(3)
    expect(others.filter(carries)).toEqual([])
  })

  test('a stream that was cut off is resumed without the context of the call that began it', async () => {
    const { url, arrived } = await recordingServer(({ method }, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(method === 'POST' ? 'id: e1\nretry: 1\ndata: \n\n' : `id: e2\ndata: ${ANSWER}\n\n`)
      return true
    })
    const transport = await started(httpTransport(major, url, { fetch: contextFetch(testContext) }))
    const answered = new Promise((resolve) => {
      transport.onmessage = resolve
    })
    await transport.send(CALL)
    expect(await answered).toMatchObject({ id: 1 })
    expect(arrived.map(({ method, headers }) => [method, headers.get('last-event-id')])).toEqual([
      ['POST', null],
      ['GET', 'e1'],
    ])
    expect(arrived.map(carries)).toEqual([true, false])
  })

  test('the stream of HTTP+SSE is opened, and opened again, without a context', async () => {
    let cut = () => {}
    const { url, arrived } = await recordingServer(({ method }, response) => {
      if (method === 'POST') {
        cut()
        return false
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('retry: 1\nid: e1\nevent: endpoint\ndata: /messages\n\n')
      cut = () => response.end()
      return true
    })
    const transport = await started(sseTransport(url, { fetch: contextFetch(testContext) }, major))
    await transport.send(CALL)
    await eventually(() => expect(arrived.filter(({ method }) => method === 'GET').length).toBeGreaterThan(1))
    for (const one of arrived) expect(carries(one)).toBe(one.method === 'POST')
    expect(arrived.map(({ method }) => method)).toContain('POST')
  })
})
