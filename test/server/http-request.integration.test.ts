// The headers of an HTTP request in whatever form a transport hands them on, to the bridge and to getHttpHeaders alike.
import { defineContext } from 'mcp-request-context'
import { getHttpHeaders, installContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { answerOf, type LinkedTransport, linkedPair, type Major, newServer, reply } from '../support/sdk.js'

const bound = defineContext({
  schema: z.object({ tenant: z.string().optional() }),
  headers: { tenant: 'X-Tenant-Id' },
})

type Http = NonNullable<Parameters<typeof installContext>[2]>['http']

/** What a server makes of one call that came with `extra`. */
async function answer(major: Major, extra: object, http: Http, context?: object, definition = bound) {
  const server = installContext(newServer(major), definition, { http })
  server.registerTool('read', {}, () =>
    reply({ context: tryGetContext(definition) ?? null, header: getHttpHeaders().get('x-tenant-id') }),
  )
  const [near, far] = linkedPair(major)
  await server.connect(far)
  onTestFinished(() => server.close())
  const answered = new Promise<{ result?: object; error?: { code: number } }>((resolve) => {
    near.onmessage = resolve as LinkedTransport['onmessage']
  })
  await near.start()
  const params = { name: 'read', ...(context && { _meta: { [bound.key]: context } }) }
  far.onmessage?.({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, extra)
  const { result, error } = await answered
  return error?.code ?? answerOf(result)
}

const node = (headers: object) => ({ requestInfo: { headers } })
const web = (headers: Record<string, string>) => ({ request: new Request('http://a.example/', { headers }) })

describe.each<[string, Major, (value: string) => object]>([
  ['a record of Node', 1, (value) => node({ 'x-tenant-id': value })],
  ['a record of lists', 1, (value) => node({ 'x-tenant-id': [value] })],
  ['a record that inherits nothing', 1, (value) => node(Object.assign(Object.create(null), { 'x-tenant-id': value }))],
  ['a record in other letters', 1, (value) => node({ 'X-Tenant-ID': value })],
  ['web Headers in the place of a record', 1, (value) => node(new Headers({ 'X-Tenant-Id': value }))],
  ['a record of two that differ in letters', 1, (value) => node({ 'x-tenant-id': [], 'X-TENANT-ID': value })],
  ['a web Request', 2, (value) => web({ 'X-Tenant-Id': value })],
])('headers in %s', (_form, major, extra) => {
  test('are compared, lifted and handed on', async () => {
    expect(await answer(major, extra('globex'), {}, { tenant: 'acme' })).toBe(-32020)
    const strict = { verify: 'strict' } as const
    const served = { context: { tenant: 'acme' }, header: 'acme' }
    expect(await answer(major, extra('acme'), strict, { tenant: 'acme' })).toEqual(served)
    expect(await answer(major, extra('acme'), { lift: true })).toEqual(served)
  })
})

test.each<[string, Major, object]>([
  ['a record', 1, node({})],
  ['a record with the name and no value', 1, node({ 'x-tenant-id': undefined })],
  ['a web Request', 2, web({})],
])('a header that is not in %s is not there', async (_form, major, extra) => {
  const bare = { context: { tenant: 'acme' }, header: 'acme' }
  expect(await answer(major, extra, {}, { tenant: 'acme' })).toEqual(bare)
  expect(await answer(major, extra, { verify: 'strict' }, { tenant: 'acme' })).toBe(-32020)
  expect(await answer(major, extra, { lift: true })).toEqual({ context: null, header: null })
})

test('two lines of a header are one value, whatever letters their names are in', async () => {
  for (const headers of [{ 'x-tenant-id': ['a', 'b'] }, { 'x-tenant-id': 'a', 'X-Tenant-Id': 'b' }]) {
    expect(await answer(1, node(headers), { lift: true })).toEqual({ context: { tenant: 'a, b' }, header: 'a, b' })
    expect(await answer(1, node(headers), {}, { tenant: 'a' })).toBe(-32020)
  }
})

test.each(['constructor', '__proto__'])('a header %s, whose name every object inherits, is not there', async (name) => {
  const odd = defineContext({ schema: z.object({ tenant: z.string().optional() }), headers: { tenant: name } })
  expect(await answer(1, node({}), { lift: true }, undefined, odd)).toEqual({ context: null, header: null })
  const sent = node(JSON.parse(`{"${name}":"acme"}`))
  expect(await answer(1, sent, { lift: true }, undefined, odd)).toMatchObject({ context: { tenant: 'acme' } })
})
