import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { assertPristine } from './harmless.js'
import { jsonMessage } from './messages.js'
import { fetchesHarmlessly, type Hop, ORIGIN, sentFor } from './properties/fetching.js'
import { json, runs, text } from './values.js'

afterEach(assertPristine)

const KEY = 'io.github.mcp-request-context/context'
const bodyWith = (context: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, params: { _meta: { [KEY]: context } } })

const mirrored = fc.record(
  { tenant: fc.constantFrom('a', 'é', ''), retries: fc.constantFrom(1, 2), token: text },
  { requiredKeys: [] },
)

/** A key may be escaped in JSON; a body may be cut off, or be no JSON at all. */
const body = fc.oneof(
  jsonMessage.map((message) => JSON.stringify(message)),
  jsonMessage.map((message) => JSON.stringify(message).replaceAll('/', '\\u002f').replaceAll('.', '\\u002E')),
  fc.tuple(jsonMessage, fc.nat(200)).map(([message, cut]) => JSON.stringify(message).slice(0, -cut)),
  json.map((context) => bodyWith(context)),
  mirrored.map((context) => bodyWith(context)),
  fc.array(fc.oneof(mirrored, json), { maxLength: 3 }).map((contexts) => `[${contexts.map(bodyWith).join(',')}]`),
  text,
)

/** Where a server that wants the context would have it sent. */
const location = fc.oneof(
  fc.constantFrom(
    ...[
      '/other',
      'other',
      '',
      '?q',
      '#f',
      '//evil.example/',
      '\\\\evil.example/',
      '/\\evil.example',
      `${ORIGIN}/other`,
    ],
    ...['https://evil.example/', 'http://mcp.example:8443/', 'https://mcp.example/', 'https://mcp.example.:8443/'],
    ...[`${ORIGIN}@evil.example/`, 'https://user:pass@mcp.example:8443/', 'https://user@mcp.example:8443/', 'HTTPS:x'],
    ...['javascript:1', 'data:,x', 'file:///etc/passwd', 'https://[', 'https://', 'ws://mcp.example:8443/', '\u00a0/x'],
  ),
  text.filter((value) => /^[\t\x20-\xff]*$/.test(value)),
)
const hop: fc.Arbitrary<Hop> = fc.record(
  { status: fc.constantFrom(200, 204, 300, 301, 302, 303, 304, 307, 308, 400, 503), location },
  { requiredKeys: ['status'] },
)

test('whatever the body is and wherever it is redirected, the context stays within its origin', async () => {
  await fc.assert(fc.asyncProperty(body, fc.array(hop, { maxLength: 4 }), fetchesHarmlessly), runs(1500))
})

test('a redirect to itself ends after 20', async () => {
  const { sent, outcome } = await sentFor(bodyWith({ tenant: 'acme' }), [{ status: 307, location: '/mcp' }])
  expect(sent).toHaveLength(21)
  expect(outcome).toBeInstanceOf(TypeError)
})

test('a redirect to a blob: URL of the same origin is not followed', async () => {
  const { sent } = await sentFor(bodyWith({ tenant: 'acme' }), [{ status: 307, location: `blob:${ORIGIN}/x` }])
  expect(sent).toHaveLength(1)
})
