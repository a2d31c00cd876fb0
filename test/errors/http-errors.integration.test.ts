// A server that answers a rejection with an HTTP error: both SDKs' clients throw errors of their own for it.
import { type ContextErrorData, contextErrorFrom } from 'mcp-request-context'
import { describe, expect, onTestFinished, test } from 'vitest'
import { httpTransport, serveSse, serveStateless, sseTransport } from '../support/http.js'
import { MAJORS, type Major, newClient, newServer, reply } from '../support/sdk.js'

const data: ContextErrorData = {
  extension: 'io.github.mcp-request-context/context',
  key: 'com.example/context',
  reason: 'mismatch',
  issues: [{ path: ['tenant'], message: 'header X-Tenant-Id contradicts the context' }],
}

/** What a client throws for a call that is answered with HTTP 400 and this text. */
async function thrownFor(major: Major, transport: 'Streamable HTTP' | 'HTTP+SSE', text: string): Promise<unknown> {
  const makeServer = () => {
    const server = newServer(major)
    server.registerTool('read', {}, () => reply('served'))
    return server
  }
  const answering = (input: string | URL, init?: RequestInit): Promise<Response> => {
    if (!String(init?.body).includes('tools/call')) return fetch(input, init)
    const headers = { 'content-type': 'application/json' }
    return Promise.resolve(new Response(text, { status: 400, headers }))
  }
  const client = newClient(major)
  onTestFinished(() => client.close())
  if (transport === 'HTTP+SSE')
    await client.connect(sseTransport(await serveSse(makeServer), { fetch: answering }, major))
  else await client.connect(httpTransport(major, await serveStateless(major, makeServer), { fetch: answering }))
  return client.callTool({ name: 'read' }).then(
    () => expect.unreachable('it was served'),
    (error: unknown) => error,
  )
}

describe.each(
  MAJORS.flatMap((major) => (['Streamable HTTP', 'HTTP+SSE'] as const).map((way) => [major, way] as const)),
)('SDK %i, %s', (major, way) => {
  test('contextErrorFrom reads the JSON-RPC error out of the HTTP error', async () => {
    const answer = { jsonrpc: '2.0', id: 1, error: { code: -32020, message: 'no', data } }
    for (const text of [JSON.stringify(answer), JSON.stringify(answer, null, 2)]) {
      const cause = await thrownFor(major, way, text)
      expect(contextErrorFrom(cause)).toMatchObject({ code: 'mismatch', data, cause })
    }
  })

  test('and nothing out of any other text', async () => {
    for (const text of ['', '<html>Bad Request</html>', JSON.stringify({ error: { code: -32602, message: 'no' } })]) {
      expect(contextErrorFrom(await thrownFor(major, way, text))).toBeUndefined()
    }
  })
})
