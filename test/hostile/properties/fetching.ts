// What holds of contextFetch, whatever the body of a request is and wherever the server redirects it.
import assert from 'node:assert/strict'
import { ContextError } from 'mcp-request-context'
import { contextFetch, contextToHeaders } from 'mcp-request-context/http'
import { bound } from '../definitions.js'
import { assertNoPollution, inTime } from '../harmless.js'

export const ORIGIN = 'https://mcp.example:8443'

/** What a hostile server answers. */
export interface Hop {
  readonly status: number
  readonly location?: string
}

interface Sent {
  readonly url: URL
  readonly headers: Headers
  readonly body: unknown
}

const MOST_REQUESTS = 21
const NAMES = bound.headers.map(({ lowerCaseName }) => lowerCaseName)

/** Sends a body, and says what went out. The last answer is given again and again. */
export async function sentFor(body: string, hops: readonly Hop[]): Promise<{ sent: Sent[]; outcome: unknown }> {
  const sent: Sent[] = []
  const inner = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    sent.push({ url: new URL(url), headers: new Headers(init.headers), body: init.body })
    const { status, location } = hops[Math.min(sent.length, hops.length) - 1] ?? { status: 200 }
    return new Response(null, { status, ...(location !== undefined && { headers: { location } }) })
  }
  const fetch = contextFetch(bound, inner as typeof globalThis.fetch)
  const outcome = await inTime(() => fetch(`${ORIGIN}/mcp`, { method: 'POST', body, redirect: 'follow' })).catch(
    (error: unknown) => error,
  )
  return { sent, outcome }
}

/** The context stays within its origin, its headers are those of the body's context, and it fails only as documented. */
export async function fetchesHarmlessly(body: string, hops: readonly Hop[]): Promise<void> {
  const { sent, outcome } = await sentFor(body, hops)
  assertNoPollution()
  const refused = outcome instanceof ContextError
  assert.ok(refused || outcome instanceof TypeError || outcome instanceof Response, String(outcome))
  if (refused) assert.ok(['invalid', 'too_large', 'redirected'].includes(outcome.code), outcome.code)
  assert.ok(sent.length <= MOST_REQUESTS, `${sent.length} requests`)
  const contexts = contextsOf(body)
  const isUnread = refused && outcome.message.startsWith('contextFetch() cannot read the body')
  if (isUnread) assert.ok(!isJson(body) && body.includes('"'))
  if (contexts.every((context) => context === undefined)) assert.equal(sent.length, isUnread ? 0 : 1)
  for (const { url, headers, body: repeated } of sent) {
    assert.equal(url.origin, ORIGIN)
    assert.match(url.protocol, /^https?:$/)
    assert.equal(url.username + url.password, '')
    const mirrored = NAMES.filter((name) => headers.has(name))
    if (repeated === undefined) assert.deepEqual(mirrored, [])
    // Of a batch, all messages have these headers, or the request has none of them.
    if (contexts.length !== 1 && mirrored.length === 0) continue
    for (const context of contexts) assertMirrored(headers, repeated === undefined ? undefined : context)
  }
}

function assertMirrored(headers: Headers, context: unknown): void {
  const isObject = typeof context === 'object' && context !== null && !Array.isArray(context)
  const expected = isObject ? contextToHeaders(bound, context) : new Headers()
  for (const name of NAMES) assert.equal(headers.get(name), expected.get(name), name)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The contexts of the messages of a body; of what is no message in a batch, none. */
function contextsOf(body: string): unknown[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return [undefined]
  }
  const isMessage = (value: unknown) => member(value, 'id') !== undefined || member(value, 'method') !== undefined
  const messages = Array.isArray(parsed) ? parsed.filter(isMessage) : [parsed]
  return messages.map((message) => member(member(member(message, 'params'), '_meta'), bound.key))
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
