// What contextFetch says in a browser that hides why a request was not sent. The globals are a page's.
import { contextFetch } from 'mcp-request-context/http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { testContext } from '../support/contexts.js'

const PAGE = 'https://app.example'
const failure = new TypeError('Failed to fetch')

function send(input: string | URL | Request, context: object = { tenant: 'acme', retries: 3 }, error: Error = failure) {
  const body = JSON.stringify({ id: 1, method: 'tools/call', params: { _meta: { [testContext.key]: context } } })
  const failing = () => Promise.reject(error)
  const request = input instanceof Request ? new Request(input, { method: 'POST', body }) : input
  const init = input instanceof Request ? undefined : { method: 'POST', body }
  return contextFetch(testContext, failing)(request, init)
}

beforeEach(() => {
  vi.stubGlobal('origin', PAGE)
  vi.stubGlobal('location', { href: `${PAGE}/chat/` })
})

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a request to another origin that fails', () => {
  test.each<[string, () => string | URL | Request]>([
    ['a string', () => 'https://mcp.example/mcp'],
    ['a URL', () => new URL('https://mcp.example/mcp')],
    ['a Request', () => new Request('https://mcp.example/mcp')],
  ])('of %s names the headers that CORS must allow', async (_claim, input) => {
    const told = await send(input()).catch((error: unknown) => error)
    expect(told).toBeInstanceOf(TypeError)
    expect(told).toMatchObject({
      message:
        'Failed to fetch: if the console says that CORS refused it, Access-Control-Allow-Headers of https://mcp.example must name X-Tenant-Id, X-Retries',
      cause: failure,
    })
  })

  test('in a worker, whose page has no location to resolve by, does so too', async () => {
    vi.stubGlobal('location', undefined)
    await expect(send('https://mcp.example/mcp')).rejects.toMatchObject({ cause: failure })
  })
})

describe('the error stays what it is', () => {
  test.each<[string, string, object?, Error?]>([
    ['within the origin of the page', `${PAGE}/mcp`],
    ['for a URL that is relative to the page', '../mcp'],
    ['for what is no URL', 'http://['],
    ['for a context that no header mirrors', 'https://mcp.example/mcp', { token: 't' }],
    ['for what is no network error', 'https://mcp.example/mcp', undefined, new DOMException('aborted', 'AbortError')],
  ])('%s', async (_claim, url, context, error = failure) => {
    await expect(send(url, context, error)).rejects.toBe(error)
  })

  test('outside a browser', async () => {
    vi.stubGlobal('origin', undefined)
    await expect(send('https://mcp.example/mcp')).rejects.toBe(failure)
  })
})
