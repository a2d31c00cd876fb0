// What contextFetch does not send, and where it does not follow, it says without the secret.
import { ContextError, defineContext } from 'mcp-request-context'
import { contextFetch, contextToHeaders, corsAllowHeaders, headersToContext } from 'mcp-request-context/http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CANARIES, leaks, TOKEN } from './canary.js'
import { anything } from './planted.js'

afterEach(() => vi.unstubAllGlobals())

const URL_ASKED = 'https://mcp.example/mcp'

const definition = defineContext({
  schema: anything,
  headers: {
    token: { name: 'Authorization', scheme: 'Bearer' },
    pin: { name: 'X-Pin', type: 'integer' },
    open: { name: 'X-Open', type: 'boolean' },
    name: 'X-Name',
  },
  sensitive: ['token', 'pin', 'open', 'name'],
})

function bodyWith(context: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: { _meta: { [definition.key]: context } } })
}

async function failure(
  context: object,
  answer: () => Response | Promise<Response>,
  init: RequestInit = {},
  url = URL_ASKED,
): Promise<unknown> {
  const fetch = contextFetch(definition, async () => answer())
  try {
    return await fetch(url, { method: 'POST', body: bodyWith(context), ...init })
  } catch (error) {
    return error
  }
}

const ok = () => new Response()
const redirecting = (location: string) => () => new Response(null, { status: 307, headers: { location } })

describe('a field that has no header is refused without its value:', () => {
  test.each<[string, object]>([
    ...Object.entries(CANARIES).flatMap(([kind, secret]): [string, object][] => [
      [`${kind} for an integer`, { pin: typeof secret === 'number' ? secret + 0.5 : secret }],
      [`${kind} for a boolean`, { open: secret }],
    ]),
    ['a number for a string', { token: 739_146_217 }],
    ['a record for a string', { name: CANARIES['a record'] }],
    ['half a character', { token: `${TOKEN}\ud800` }],
    ['more than a header holds', { name: TOKEN.repeat(1000) }],
    ['more than a header holds, in Base64', { name: `é${TOKEN.repeat(1000)}` }],
  ])('%s', async (_claim, context) => {
    const error = await failure(context, ok)
    expect(error).toBeInstanceOf(ContextError)
    expect(() => contextToHeaders(definition, { ...context })).toThrow(ContextError)
    expect(leaks({ error })).toEqual([])
  })
})

describe('a redirect that is not followed is told without the secret in', () => {
  test.each<[string, string, RequestInit?]>([
    ['a path', `https://evil.example/${TOKEN}`],
    ['a query', `https://evil.example/?token=${TOKEN}`],
    ['a fragment', `https://evil.example/#${TOKEN}`],
    ['a user', `https://${TOKEN}:x@evil.example/`],
    ['a password', `https://x:${TOKEN}@mcp.example/`],
    ['what is no URL', `https://[${TOKEN}`],
    ['data', `data:text/plain,${TOKEN}`],
    ['a query, where no redirect is wanted', `/?token=${TOKEN}`, { redirect: 'error' }],
    ['a query, again and again', `/?token=${TOKEN}`],
  ])('%s', async (_claim, location, init) => {
    const error = await failure({ token: TOKEN }, redirecting(location), init)
    expect(error).toBeInstanceOf(Error)
    expect(leaks({ error })).toEqual([])
  })

  test('what a browser hides', async () => {
    const opaque = Object.defineProperties(new Response(), { type: { value: 'opaqueredirect' }, status: { value: 0 } })
    const error = await failure({ token: TOKEN }, () => opaque)
    expect(error).toMatchObject({ code: 'redirected' })
    expect(leaks({ error })).toEqual([])
  })
})

test('what a browser says of CORS is explained without the secret', async () => {
  vi.stubGlobal('origin', 'https://page.example')
  vi.stubGlobal('location', { href: 'https://page.example/app' })
  const context = { token: TOKEN, name: `é${TOKEN}`, pin: 739_146_217 }
  const error = await failure(
    context,
    () => Promise.reject(new TypeError('Failed to fetch')),
    {},
    `${URL_ASKED}?t=${TOKEN}`,
  )
  expect(error).toBeInstanceOf(TypeError)
  expect((error as Error).message).toContain('Authorization, X-Pin, X-Name')
  expect(leaks({ error, allowed: corsAllowHeaders(definition) })).toEqual([])
})

test('headers that cannot be read are told without the secret', () => {
  for (const [name, value] of [
    ['x-pin', TOKEN],
    ['x-pin', '739146217.5'],
    ['x-open', TOKEN],
    ['authorization', `Basic ${TOKEN}`],
    ['x-name', `=?base64?${Buffer.from(TOKEN).toString('base64')}=?=`],
  ]) {
    const read = headersToContext(definition, new Headers([[String(name), String(value)]]))
    expect(read.ok).toBe(false)
    expect(leaks({ read })).toEqual([])
  }
})
