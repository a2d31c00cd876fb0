// What a gateway passes on was a peer's before: a view adds its context to any params, and leaves the rest as it is.
import fc from 'fast-check'
import { createContextClient } from 'mcp-request-context/client'
import { afterEach, expect, test } from 'vitest'
import { open } from './definitions.js'
import { assertPristine, inTime } from './harmless.js'
import { doubling } from './not-json.js'
import { json, runs } from './values.js'

afterEach(assertPristine)

interface Message {
  readonly method: string
  readonly params?: { readonly _meta?: object }
}

/** The message that a view sends for another one. */
async function sentFor(message: Message): Promise<Message & { params: { _meta: Record<string, unknown> } }> {
  const sent: unknown[] = []
  const client = { request: async (message: unknown) => void sent.push(message), notification: async () => {} }
  await inTime(() =>
    createContextClient(client, open)
      .withContext({ tenant: 'acme' })
      .request(message as never),
  )
  return sent[0] as never
}

/** All that JSON says of a value; members called `__proto__` are another matter. */
const withoutPrototypes = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (name, member) => (name === '__proto__' ? undefined : member))

test('any params and any _meta go out with the context, and are otherwise as they were', async () => {
  const part = json.map(withoutPrototypes).filter((value) => typeof value === 'object' && !Array.isArray(value))
  const property = fc.asyncProperty(part, part, async (params, meta) => {
    const given = { method: 'x', params: { ...(params as object), _meta: { ...(meta as object) } } }
    const before = JSON.stringify(given)
    const sent = await sentFor(given)
    expect(JSON.stringify(given)).toBe(before)
    expect(sent.params._meta[open.key]).toEqual({ tenant: 'acme' })
    delete sent.params._meta[open.key]
    expect(sent).toEqual(given)
  })
  await fc.assert(property, runs(500))
})

test.each([
  ['_meta', '{"_meta":{"__proto__":{"progressToken":7}}}'],
  ['params', '{"_meta":{},"__proto__":{"name":"other"}}'],
])('a member __proto__ of %s stays a member, and sets no prototype', async (_place, text) => {
  const { params } = await sentFor({ method: 'x', params: JSON.parse(text) })
  expect(Object.getPrototypeOf(params)).toBe(Object.prototype)
  expect(Object.getPrototypeOf(params._meta)).toBe(Object.prototype)
})

test('a view is made at once, though the objects of its context double with each level', () => {
  const client = { request: async () => {}, notification: async () => {} }
  inTime(() => createContextClient(client, open).withContext({ a: doubling(40) }))
})
