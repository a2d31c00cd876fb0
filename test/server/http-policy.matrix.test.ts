// The bridge's server half: headers compared with the context, or taken for it, on every HTTP transport.

import { PassThrough } from 'node:stream'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { StdioServerTransport as StdioV1 } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { StdioServerTransport as StdioV2 } from '@modelcontextprotocol/server/stdio'
import { contextErrorFrom, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch, contextToHeaders } from 'mcp-request-context/http'
import { getContext, getHttpHeaders, installContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.js'
import {
  connectCell,
  type HeaderLines,
  HTTP_CELLS,
  type HttpCell,
  httpTransport,
  listen,
  postLines,
  serveHandler,
  serveStateless,
} from '../support/http.js'
import { answerOf, connectInMemory, type Extra, MAJORS, MODERN, newClient, newServer, reply } from '../support/sdk.js'

const bound = defineContext({
  schema: z.object({
    tenant: z.string().max(20).optional(),
    retries: z.number().int().optional(),
    dryRun: z.boolean().optional(),
    token: z.string().optional(),
    note: z.string().optional(),
  }),
  headers: {
    tenant: 'X-Tenant-Id',
    retries: { name: 'X-Retries', type: 'integer' },
    dryRun: { name: 'X-Dry-Run', type: 'boolean' },
    token: { name: 'Authorization', scheme: 'Bearer' },
  },
})

type Http = NonNullable<Parameters<typeof installContext>[2]>['http']

/** A server with a policy, and a client whose calls arrive with headers that somebody between them set. */
async function behindProxy(cell: HttpCell, http: Http, required = false) {
  const handled = vi.fn()
  const errors: unknown[] = []
  const url = await cell.serve(() => {
    const server = installContext(newServer(cell.server), bound, { http, required })
    server.registerTool('read', {}, (extra: Extra) => {
      handled()
      const ambient = tryGetContext(bound) ?? null
      return reply({
        ambient,
        argument: ambient && readContext(bound, extra),
        meta: (extra.mcpReq ?? extra)._meta?.[bound.key] ?? null,
        headers: Object.fromEntries(getHttpHeaders()),
      })
    })
    server.server.fallbackNotificationHandler = async () => handled(tryGetContext(bound) ?? null)
    server.server.onerror = (error: unknown) => errors.push(error)
    return server
  })
  let injected: HeaderLines = {}
  const statuses: number[] = []
  const proxy = async (input: string | URL, init?: RequestInit) => {
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {}
    if (body.method !== 'tools/call' && body.method !== 'com.example/changed') return fetch(input, init)
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), ...injected }
    const response = await postLines(input, headers, init?.body as string)
    statuses.push(response.status)
    return response
  }
  const client = await connectCell(cell, url, { fetch: proxy })
  const call = async (context: object | undefined, headers: HeaderLines) => {
    injected = headers
    const _meta = context !== undefined && { [bound.key]: context }
    return answerOf(await client.callTool({ name: 'read', ...(_meta && { _meta }) }))
  }
  const rejection = (context: object | undefined, headers: HeaderLines) =>
    call(context, headers).then(
      (answer) => expect.unreachable(`served: ${JSON.stringify(answer)}`),
      (error: unknown) => error as Error & { code: number; data: { issues: { path: string[]; message: string }[] } },
    )
  return { call, rejection, handled, errors, statuses, client, set: (headers: HeaderLines) => (injected = headers) }
}

/** What the handler gets: a context, or none; or the field that the request is refused for. */
type Outcome = { gets: object | null } | { refused: string; says?: string }
type Case = [claim: string, http: Http, context: object | undefined, headers: HeaderLines, outcome: Outcome]

const ACME = { tenant: 'acme' }
const OTHER = { 'x-tenant-id': 'globex' }
const LIFT = { lift: true }
const GATEWAY = { lift: true, prefer: 'header' } as const

const CASES: Case[] = [
  // verify: 'mismatch', which is the default
  ['a header that agrees is served', {}, ACME, { 'x-tenant-id': 'acme' }, { gets: ACME }],
  ['no header is served', {}, ACME, {}, { gets: ACME }],
  [
    'a header that disagrees is refused',
    {},
    ACME,
    OTHER,
    { refused: 'tenant', says: 'X-Tenant-Id contradicts the context' },
  ],
  ['case makes a difference', {}, ACME, { 'x-tenant-id': 'ACME' }, { refused: 'tenant' }],
  [
    'values are compared decoded',
    {},
    { tenant: 'Zü' },
    { 'x-tenant-id': '=?base64?WsO8?=' },
    { gets: { tenant: 'Zü' } },
  ],
  [
    'an empty string agrees with its encoding',
    {},
    { tenant: '' },
    { 'x-tenant-id': '=?base64??=' },
    { gets: { tenant: '' } },
  ],
  ['and not with another', {}, { tenant: '' }, { 'x-tenant-id': 'acme' }, { refused: 'tenant' }],
  [
    'an empty header is none',
    {},
    { ...ACME, retries: 7 },
    { 'x-tenant-id': '', 'x-retries': '' },
    { gets: { ...ACME, retries: 7 } },
  ],
  [
    'bytes of UTF-8 are unreadable, also where a field has their characters of Latin 1',
    {},
    { tenant: 'Z\u00c3\u00bcrich' },
    { 'x-tenant-id': 'Z\u00c3\u00bcrich' },
    { refused: 'tenant', says: 'is not a string' },
  ],
  [
    'untidy Base64 is unreadable',
    {},
    ACME,
    { 'x-tenant-id': '=?base64?YWNtZR==?=' },
    { refused: 'tenant', says: 'is not a string' },
  ],
  [
    'a marker whose ends run together is itself',
    {},
    { tenant: '=?base64?=' },
    { 'x-tenant-id': '=?base64?=' },
    { gets: { tenant: '=?base64?=' } },
  ],
  [
    'a scheme in any case, and several spaces',
    { verify: 'strict' },
    { token: 't0k' },
    { authorization: 'BEARER   t0k' },
    { gets: { token: 't0k' } },
  ],
  ['integers agree', {}, { retries: 7 }, { 'x-retries': '7' }, { gets: { retries: 7 } }],
  [
    'integers disagree',
    {},
    { retries: 7 },
    { 'x-retries': '8' },
    { refused: 'retries', says: 'X-Retries contradicts' },
  ],
  [
    'a header that is no integer is refused',
    {},
    { retries: 7 },
    { 'x-retries': '07' },
    { refused: 'retries', says: 'is not an integer' },
  ],
  ['booleans disagree', {}, { dryRun: false }, { 'x-dry-run': 'true' }, { refused: 'dryRun' }],
  [
    'a header that is no boolean is refused',
    {},
    { dryRun: true },
    { 'x-dry-run': 'TRUE' },
    { refused: 'dryRun', says: 'is not a boolean' },
  ],
  ['a bearer token agrees', {}, { token: 't0k' }, { authorization: 'bearer t0k' }, { gets: { token: 't0k' } }],
  ['another scheme is refused', {}, { token: 't0k' }, { authorization: 'Basic t0k' }, { refused: 'token' }],
  [
    'one of several that disagrees is enough',
    {},
    { ...ACME, retries: 7 },
    { 'x-tenant-id': 'acme', 'x-retries': '8' },
    { refused: 'retries' },
  ],
  [
    'a header that is bad Base64 is refused',
    {},
    { tenant: 'a' },
    { 'x-tenant-id': '=?base64?YQ?=' },
    { refused: 'tenant', says: 'is not a string' },
  ],
  [
    'and so is one that is bad UTF-8',
    {},
    { tenant: '\ufffd' },
    { 'x-tenant-id': '=?base64?/w==?=' },
    { refused: 'tenant', says: 'is not a string' },
  ],
  [
    'a value that looks encoded is not its own header',
    {},
    { tenant: '=?base64?YQ==?=' },
    { 'x-tenant-id': '=?base64?YQ==?=' },
    { refused: 'tenant', says: 'contradicts' },
  ],
  ['bytes of UTF-8 are not its characters', {}, { tenant: 'Zü' }, { 'x-tenant-id': 'ZÃ¼' }, { refused: 'tenant' }],
  [
    'an integer that is not safe has no header',
    {},
    { retries: 2 ** 53 },
    { 'x-retries': '9007199254740992' },
    { refused: 'retries', says: 'is not an integer' },
  ],
  ['a string is not an integer', {}, { retries: '7' }, { 'x-retries': '7' }, { refused: 'retries' }],
  ['nor an integer a string', {}, { tenant: 7 }, { 'x-tenant-id': '7' }, { refused: 'tenant' }],
  ['null has no header', {}, { tenant: null }, { 'x-tenant-id': 'null' }, { refused: 'tenant' }],
  ['verify: mismatch is the same', { verify: 'mismatch' }, ACME, OTHER, { refused: 'tenant' }],

  // Two lines of a header are one value.
  ['two lines are no integer', {}, { retries: 7 }, { 'x-retries': ['7', '7'] }, { refused: 'retries' }],
  ['two lines are no boolean', {}, { dryRun: true }, { 'x-dry-run': ['true', 'true'] }, { refused: 'dryRun' }],
  ['two lines that agree are another string', {}, ACME, { 'x-tenant-id': ['acme', 'acme'] }, { refused: 'tenant' }],
  ['the first of two lines does not count', {}, ACME, { 'x-tenant-id': ['acme', 'globex'] }, { refused: 'tenant' }],
  ['nor does the last', {}, ACME, { 'x-tenant-id': ['globex', 'acme'] }, { refused: 'tenant' }],
  ['an empty line counts too', {}, ACME, { 'x-tenant-id': ['', 'acme'] }, { refused: 'tenant' }],
  [
    'two lines that are encoded are unreadable',
    {},
    { tenant: 'Zü' },
    { 'x-tenant-id': ['=?base64?WsO8?=', '=?base64?WsO8?='] },
    { refused: 'tenant', says: 'is not a string' },
  ],
  [
    'two lines are joined by a comma',
    { verify: 'strict' },
    { tenant: 'a, b' },
    { 'x-tenant-id': ['a', 'b'] },
    { gets: { tenant: 'a, b' } },
  ],
  ['two lines are lifted as one', LIFT, undefined, { 'x-tenant-id': ['a', 'b'] }, { gets: { tenant: 'a, b' } }],
  ['two lines that are no integer are not lifted', LIFT, ACME, { 'x-retries': ['7', '8'] }, { refused: 'retries' }],
  [
    'two lines that are encoded are not lifted',
    LIFT,
    undefined,
    { 'x-tenant-id': ['=?base64?WsO8?=', '=?base64?WsO8?='] },
    { refused: 'tenant' },
  ],
  ['two lines win as one', GATEWAY, ACME, { 'x-tenant-id': ['a', 'b'] }, { gets: { tenant: 'a, b' } }],

  // lift: false, which is the default: a header never reaches the context
  ['a header of a field that the context lacks is not taken', {}, { note: 'n' }, OTHER, { gets: { note: 'n' } }],
  ['nor is one without a context', {}, undefined, OTHER, { gets: null }],
  ['nor is one that its type cannot read looked at', {}, ACME, { 'x-retries': 'many' }, { gets: ACME }],
  ['nor is one taken where nothing is compared', { verify: false }, { note: 'n' }, OTHER, { gets: { note: 'n' } }],
  ['nor under strict', { verify: 'strict' }, undefined, OTHER, { gets: null }],

  // verify: 'strict'
  [
    'strict: all headers are there',
    { verify: 'strict' },
    { ...ACME, retries: 1 },
    { 'x-tenant-id': 'acme', 'x-retries': '1' },
    { gets: { ...ACME, retries: 1 } },
  ],
  [
    'strict: a header is not there',
    { verify: 'strict' },
    { ...ACME, retries: 1 },
    { 'x-tenant-id': 'acme' },
    { refused: 'retries', says: 'X-Retries is missing' },
  ],
  ['strict: a field that is not bound needs none', { verify: 'strict' }, { note: 'n' }, {}, { gets: { note: 'n' } }],
  ['strict: no context needs none', { verify: 'strict' }, undefined, {}, { gets: null }],
  [
    'strict: a lone surrogate has no header',
    { verify: 'strict' },
    { tenant: '\ud800' },
    {},
    { refused: 'tenant', says: 'is missing' },
  ],
  [
    'strict: an empty header is none',
    { verify: 'strict' },
    ACME,
    { 'x-tenant-id': '' },
    { refused: 'tenant', says: 'is missing' },
  ],
  ['strict: a header that disagrees', { verify: 'strict' }, ACME, OTHER, { refused: 'tenant' }],

  // verify: false
  ['verify: false ignores one that disagrees', { verify: false }, ACME, OTHER, { gets: ACME }],
  [
    'verify: false ignores one that its type cannot read',
    { verify: false },
    { retries: 7 },
    { 'x-retries': 'many' },
    { gets: { retries: 7 } },
  ],

  // lift: true, or a list
  ['lift: an empty header is none', LIFT, undefined, { 'x-tenant-id': '', 'x-retries': '' }, { gets: null }],
  ['lift: an empty header fills in nothing', LIFT, { note: 'n' }, { 'x-tenant-id': '' }, { gets: { note: 'n' } }],
  [
    'lift: bytes of UTF-8 are unreadable',
    LIFT,
    undefined,
    { 'x-tenant-id': 'Z\u00c3\u00bcrich' },
    { refused: 'tenant', says: 'is not a string' },
  ],
  [
    'lift of one field: the others stay where they are',
    { lift: ['token'] },
    undefined,
    { authorization: 'Bearer t', 'x-tenant-id': 'acme', 'x-retries': 'many' },
    { gets: { token: 't' } },
  ],
  [
    'lift of one field: the others are compared',
    { lift: ['token'] },
    ACME,
    { authorization: 'Bearer t', 'x-tenant-id': 'globex' },
    { refused: 'tenant', says: 'contradicts' },
  ],
  [
    'lift of two fields',
    { lift: ['retries', 'tenant'] },
    undefined,
    { authorization: 'Bearer t', 'x-tenant-id': 'acme', 'x-retries': '7' },
    { gets: { tenant: 'acme', retries: 7 } },
  ],
  [
    'lift: a header alone makes a context',
    LIFT,
    undefined,
    { 'x-tenant-id': 'acme', 'x-retries': '7', 'x-dry-run': 'false', authorization: 'Bearer t' },
    { gets: { tenant: 'acme', retries: 7, dryRun: false, token: 't' } },
  ],
  [
    'lift: a header fills in a field',
    LIFT,
    { note: 'n', tenant: 'acme' },
    { 'x-retries': '7' },
    { gets: { note: 'n', tenant: 'acme', retries: 7 } },
  ],
  [
    'lift: a header that is encoded is read',
    LIFT,
    undefined,
    { 'x-tenant-id': '=?base64?WsO8?=' },
    { gets: { tenant: 'Zü' } },
  ],
  [
    'lift: a digit stays a string where the binding says so',
    LIFT,
    undefined,
    { 'x-tenant-id': '7' },
    { gets: { tenant: '7' } },
  ],
  ['lift: no header, no context', LIFT, undefined, {}, { gets: null }],
  ['lift: a header that disagrees is refused', LIFT, ACME, OTHER, { refused: 'tenant' }],
  [
    'lift: a header that its type cannot read is refused',
    LIFT,
    ACME,
    { 'x-retries': 'many' },
    { refused: 'retries', says: 'X-Retries is not an integer' },
  ],
  ['lift: so it is without a context', LIFT, undefined, { 'x-dry-run': '1' }, { refused: 'dryRun' }],
  [
    'lift: so it is where nothing is compared',
    { lift: true, verify: false },
    undefined,
    { 'x-tenant-id': '=?base64?Y?=' },
    { refused: 'tenant' },
  ],
  ['lift: another scheme is refused', LIFT, undefined, { authorization: 'Basic t0k' }, { refused: 'token' }],
  ['lift without verify: the context counts', { lift: true, verify: false }, ACME, OTHER, { gets: ACME }],
  [
    'lift with strict: what was lifted has its header',
    { lift: true, verify: 'strict' },
    { note: 'n' },
    OTHER,
    { gets: { note: 'n', tenant: 'globex' } },
  ],
  ['lift with strict: what was not needs one', { lift: true, verify: 'strict' }, ACME, {}, { refused: 'tenant' }],

  // prefer: 'header'
  [
    'prefer header: it wins, and that is no mismatch',
    GATEWAY,
    { ...ACME, note: 'n' },
    OTHER,
    { gets: { tenant: 'globex', note: 'n' } },
  ],
  ['prefer header: an empty one is none', GATEWAY, ACME, { 'x-tenant-id': '' }, { gets: ACME }],
  [
    'prefer header for one field: it wins, and the others are compared',
    { ...GATEWAY, lift: ['token'] },
    { ...ACME, token: 'old' },
    { authorization: 'Bearer new', 'x-tenant-id': 'acme' },
    { gets: { ...ACME, token: 'new' } },
  ],
  [
    'prefer header for one field: one that disagrees with another is refused',
    { ...GATEWAY, lift: ['token'] },
    { ...ACME, token: 'old' },
    { authorization: 'Bearer new', 'x-tenant-id': 'globex' },
    { refused: 'tenant', says: 'contradicts' },
  ],
  ['prefer header: without one the context counts', GATEWAY, ACME, {}, { gets: ACME }],
  [
    'prefer header: it wins over what is no string at all',
    GATEWAY,
    { tenant: 7 },
    OTHER,
    { gets: { tenant: 'globex' } },
  ],
  [
    'prefer header: one that its type cannot read is refused',
    GATEWAY,
    { retries: 7 },
    { 'x-retries': 'many' },
    { refused: 'retries' },
  ],
  ['prefer header, strict: a header is not there', { ...GATEWAY, verify: 'strict' }, ACME, {}, { refused: 'tenant' }],
  [
    'prefer header, without verify: it wins',
    { ...GATEWAY, verify: false },
    ACME,
    OTHER,
    { gets: { tenant: 'globex' } },
  ],
  [
    'prefer meta, spelled out: the header is a mismatch',
    { ...LIFT, prefer: 'meta' },
    ACME,
    OTHER,
    { refused: 'tenant' },
  ],
]

describe.each(HTTP_CELLS)('$name', (cell) => {
  test.each(CASES)('%s', async (_claim, http, context, headers, outcome) => {
    const { call, rejection, handled, statuses } = await behindProxy(cell, http)
    if ('gets' in outcome) {
      const { ambient, argument, meta, headers: shown } = await call(context, headers)
      expect({ ambient, argument, meta }).toEqual({ ambient: outcome.gets, argument: outcome.gets, meta: outcome.gets })
      // A bound header tells what was accepted, whatever the request said.
      const told = contextToHeaders(bound, outcome.gets ?? {})
      for (const { lowerCaseName } of bound.headers) expect(shown[lowerCaseName] ?? null).toBe(told.get(lowerCaseName))
      return
    }
    const error = await rejection(context, headers)
    expect(error).toMatchObject({ code: -32020, data: { key: bound.key, reason: 'mismatch' } })
    expect(contextErrorFrom(error)).toMatchObject({ code: 'mismatch' })
    const [issue, ...more] = error.data.issues
    const { name } = bound.headers.find(({ field }) => field === outcome.refused) ?? {}
    expect(more).toEqual([])
    expect(issue?.path).toEqual([outcome.refused])
    expect(issue?.message).toContain(`header ${name} `)
    expect(issue?.message).toContain(outcome.says ?? '')
    const shown = `${error.message} ${JSON.stringify(error.data)}`
    for (const value of [...Object.values(context ?? {}), ...Object.values(headers).flat(), 't0k']) {
      if (String(value).length > 2) expect(shown).not.toContain(String(value))
    }
    expect(handled).not.toHaveBeenCalled()
    expect(new Set(statuses)).toEqual(new Set([cell.refused]))
  })

  test('a lifted header satisfies what is required, and its absence does not', async () => {
    const { call, rejection, handled } = await behindProxy(cell, LIFT, true)
    expect((await call(undefined, OTHER)).ambient).toEqual({ tenant: 'globex' })
    handled.mockClear()
    expect(await rejection(undefined, {})).toMatchObject({ code: -32602, data: { reason: 'missing' } })
    expect(handled).not.toHaveBeenCalled()
  })

  test('an empty header satisfies nothing that is required', async () => {
    const { rejection, handled } = await behindProxy(cell, GATEWAY, true)
    expect(await rejection(undefined, { 'x-tenant-id': '' })).toMatchObject({ data: { reason: 'missing' } })
    expect(handled).not.toHaveBeenCalled()
  })

  test('a mismatch is told before what the schema or a limit refuses', async () => {
    const { rejection } = await behindProxy(cell, {})
    for (const note of [7, 'x'.repeat(9000)]) {
      expect(await rejection({ ...ACME, note }, OTHER)).toMatchObject({ code: -32020, data: { reason: 'mismatch' } })
      expect(await rejection({ ...ACME, note }, {})).toMatchObject({ code: -32602 })
    }
  })

  test('no header is expected for null, which contextFetch mirrors by none', async () => {
    const nullable = defineContext({
      schema: z.object({ tenant: z.string().nullable(), note: z.string() }),
      headers: { tenant: 'X-Tenant-Id' },
    })
    const url = await cell.serve(() => {
      const server = installContext(newServer(cell.server), nullable, { required: true, http: { verify: 'strict' } })
      server.registerTool('read', {}, () => reply(getContext(nullable)))
      return server
    })
    const client = createContextClient(await connectCell(cell, url, { fetch: contextFetch(nullable) }), nullable)
    for (const tenant of [null, 'acme']) {
      const context = { tenant, note: 'n' }
      expect(answerOf(await client.withContext(context).callTool({ name: 'read' }))).toEqual(context)
    }
  })

  test('a header satisfies nothing that is required where it is not lifted', async () => {
    const { rejection } = await behindProxy(cell, {}, true)
    expect(await rejection(undefined, OTHER)).toMatchObject({ code: -32602, data: { reason: 'missing' } })
  })

  test('a lifted value is checked against the schema as if it had come in the context', async () => {
    const { rejection, handled } = await behindProxy(cell, LIFT)
    const error = await rejection(undefined, { 'x-tenant-id': 'x'.repeat(21) })
    expect(error).toMatchObject({ code: -32602, data: { reason: 'invalid', issues: [{ path: ['tenant'] }] } })
    expect(handled).not.toHaveBeenCalled()
  })

  test('a context that is no object is invalid, whatever the headers say', async () => {
    const { rejection } = await behindProxy(cell, GATEWAY)
    for (const raw of [['acme'], 'acme', 7, null] as unknown[] as object[]) {
      expect(await rejection(raw, OTHER)).toMatchObject({ code: -32602, data: { reason: 'invalid' } })
    }
  })

  test('a notification that its headers contradict is handled without the context, and onerror is told', async () => {
    const { client, set, handled, errors } = await behindProxy(cell, {})
    const notify = (context: object) =>
      client.notification({ method: 'com.example/changed', params: { _meta: { [bound.key]: context } } })
    set({ 'x-tenant-id': 'acme' })
    await notify({ tenant: 'globex', note: 'n' })
    await notify({ tenant: 'acme', note: 'n' })
    await eventually(() => expect(handled).toHaveBeenCalledTimes(2))
    expect(handled.mock.calls).toEqual(expect.arrayContaining([[null], [{ tenant: 'acme', note: 'n' }]]))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ name: 'ContextError', code: 'mismatch', issues: [{ path: ['tenant'] }] })
    expect(String(errors[0])).not.toMatch(/acme|globex/)
  })

  test('a notification takes what is lifted; one whose header is unreadable or missing has no context', async () => {
    const { client, set, handled, errors } = await behindProxy(cell, { lift: true, verify: 'strict' })
    const notify = async (headers: HeaderLines, context?: object) => {
      set(headers)
      const params = context && { _meta: { [bound.key]: context } }
      const before = handled.mock.calls.length
      await client.notification({ method: 'com.example/changed', params })
      await eventually(() => expect(handled).toHaveBeenCalledTimes(before + 1))
      return handled.mock.calls.at(-1)?.[0]
    }
    expect(await notify({ 'x-tenant-id': 'acme' })).toEqual({ tenant: 'acme' })
    expect(await notify({ 'x-tenant-id': 'acme' }, { note: 'n' })).toEqual({ tenant: 'acme', note: 'n' })
    expect(errors).toEqual([])
    expect(await notify({ 'x-retries': 'many' }, { note: 'n' })).toBeNull()
    expect(await notify({ 'x-retries': 'many' })).toBeNull()
    expect(await notify({}, { tenant: 'acme' })).toBeNull()
    expect(errors).toMatchObject(
      ['retries', 'retries', 'tenant'].map((field) => ({ code: 'mismatch', issues: [{ path: [field] }] })),
    )
    expect(String(errors)).not.toMatch(/acme|many/)
  })

  test('two Authorization lines are one token, or Node hands on the first alone', async () => {
    const lines = { authorization: ['Bearer one', 'Bearer two'] }
    const lifting = await behindProxy(cell, LIFT)
    const token = cell.nodeHeaders ? 'one' : 'one, Bearer two'
    expect((await lifting.call(undefined, lines)).ambient).toEqual({ token })
    expect(await lifting.rejection({ token: 'two' }, lines)).toMatchObject({ code: -32020 })
  })

  test('contextFetch satisfies strict, and a proxy that changes its header does not pass', async () => {
    const url = await cell.serve(() => {
      const server = installContext(newServer(cell.server), bound, { required: true, http: { verify: 'strict' } })
      server.registerTool('read', {}, () => reply(getContext(bound)))
      return server
    })
    let changed = false
    const changing = (input: string | URL, init?: RequestInit) => {
      const headers = new Headers(init?.headers)
      if (changed && headers.has('x-tenant-id')) headers.set('x-tenant-id', 'globex')
      return fetch(input, { ...init, headers })
    }
    const client = await connectCell(cell, url, { fetch: contextFetch(bound, changing) })
    const context = { tenant: 'Zürich', retries: 0, dryRun: false, token: 'ü', note: 'n' }
    const view = createContextClient(client, bound, { context })
    expect(answerOf(await view.callTool({ name: 'read' }))).toEqual(context)
    changed = true
    await expect(view.callTool({ name: 'read' })).rejects.toMatchObject({ code: -32020, data: { reason: 'mismatch' } })
  })
})

describe.each(HTTP_CELLS)('behind a reverse proxy that rotates a token, $name', (cell) => {
  const forwarded = defineContext({
    schema: z.object({ token: z.string().optional() }),
    headers: { token: 'X-Forwarded-Access-Token' },
    sensitive: ['token'],
  })

  test('each request of a session reads its own, through getContext and getHttpHeaders', async () => {
    const url = await cell.serve(() => {
      const server = installContext(newServer(cell.server), forwarded, { required: true, http: { lift: true } })
      server.registerTool(
        'read',
        { inputSchema: z.object({ call: z.string() }) },
        async ({ call }: { call: string }) => {
          const before = getContext(forwarded).token
          await new Promise((resolve) => setTimeout(resolve, 2))
          return reply({
            call,
            before,
            after: getContext(forwarded).token,
            header: getHttpHeaders().get('x-forwarded-access-token'),
          })
        },
      )
      return server
    })
    // The proxy sets the header on everything: the handshake, the stream and the notifications too.
    let rotation = 0
    const proxy = (input: string | URL, init?: RequestInit) => {
      const { params } = typeof init?.body === 'string' ? JSON.parse(init.body) : {}
      const headers = new Headers(init?.headers)
      headers.set('x-forwarded-access-token', `token-${params?.arguments?.call ?? `r${rotation++}`}`)
      return fetch(input, { ...init, headers })
    }
    const client = await connectCell(cell, url, { fetch: proxy })
    await client.listTools()
    const calls = Array.from({ length: 40 }, async (_, index) => {
      const token = `token-c${index}`
      const seen = answerOf(await client.callTool({ name: 'read', arguments: { call: `c${index}` } } as never))
      expect(seen).toEqual({ call: `c${index}`, before: token, after: token, header: token })
    })
    await Promise.all(calls)
    expect(rotation).toBeGreaterThan(1)
  })

  test('a gateway’s header alone, which makes no whole context, disturbs neither the handshake nor listing', async () => {
    const whole = defineContext({
      schema: z.object({ tenant: z.string(), token: z.string() }),
      headers: { tenant: 'X-Tenant-Id', token: 'X-Forwarded-Access-Token' },
    })
    const errors: unknown[] = []
    const url = await cell.serve(() => {
      const server = installContext(newServer(cell.server), whole, { required: true, http: GATEWAY })
      server.registerTool('read', {}, () => reply(getContext(whole)))
      server.server.onerror = (error: unknown) => errors.push(error)
      return server
    })
    const proxy = (input: string | URL, init?: RequestInit) => {
      const headers = new Headers(init?.headers)
      headers.set('x-forwarded-access-token', 'T')
      return fetch(input, { ...init, headers })
    }
    const client = await connectCell(cell, url, { fetch: proxy })
    expect((await client.listTools()).tools).toHaveLength(1)
    const call = (context: object) => client.callTool({ name: 'read', _meta: { [whole.key]: context } })
    expect(answerOf(await call({ tenant: 'acme' }))).toEqual({ tenant: 'acme', token: 'T' })
    const invalid = { code: -32602, data: { reason: 'invalid', issues: [{ path: ['tenant'] }] } }
    await expect(client.callTool({ name: 'read' })).rejects.toMatchObject(invalid)
    await expect(client.listTools({ _meta: { [whole.key]: { tenant: 7 } } })).rejects.toMatchObject(invalid)
    expect(errors).toEqual([])
  })
})

describe.each(MAJORS)('http.required, SDK %i', (major) => {
  function serve(definition: typeof bound = bound) {
    const handled = vi.fn()
    const server = installContext(newServer(major), definition, { http: { required: true } })
    server.registerTool('read', {}, () => reply(tryGetContext(bound) ?? null))
    server.server.fallbackNotificationHandler = async () => handled(tryGetContext(bound) ?? null)
    const errors: unknown[] = []
    server.server.onerror = (error: unknown) => errors.push(error)
    return { server, handled, errors }
  }

  test('refuses what comes without headers, and lets a peer connect and look around', async () => {
    const { server } = serve()
    const client = newClient(major)
    await connectInMemory(client, server)
    const view = createContextClient(client, bound, { context: ACME })
    for (const call of [view.callTool({ name: 'read' }), client.callTool({ name: 'read' }), view.listTools()]) {
      await expect(call).rejects.toMatchObject({
        code: -32020,
        data: {
          reason: 'mismatch',
          issues: [{ path: [], message: 'http.required: the transport tells no headers' }],
        },
      })
    }
    expect((await client.listTools()).tools).toHaveLength(1)
  })

  test('is for definitions that bind nothing too', async () => {
    const unbound = defineContext({ schema: bound.schema }) as typeof bound
    const client = newClient(major)
    await connectInMemory(client, serve(unbound).server)
    await expect(client.callTool({ name: 'read' })).rejects.toMatchObject({ code: -32020 })
  })

  test('has a notification handled without its context, and onerror told', async () => {
    const { server, handled, errors } = serve()
    const client = newClient(major)
    await connectInMemory(client, server)
    await client.notification({ method: 'com.example/changed', params: { _meta: { [bound.key]: ACME } } })
    await client.notification({ method: 'com.example/changed' })
    await eventually(() => expect(handled).toHaveBeenCalledTimes(2))
    expect(handled.mock.calls).toEqual([[null], [null]])
    expect(errors).toMatchObject([{ name: 'ContextError', code: 'mismatch' }])
  })

  test('serves what comes over HTTP, also without any header of a field', async () => {
    const url = await serveStateless(major, () => serve().server)
    const client = newClient(major)
    await client.connect(httpTransport(major, url))
    onTestFinished(() => client.close())
    expect(answerOf(await client.callTool({ name: 'read' }))).toBeNull()
    const view = createContextClient(client, bound, { context: ACME })
    expect(answerOf(await view.callTool({ name: 'read' }))).toEqual(ACME)
  })
})

describe.each(MAJORS)('a header that cannot be read, SDK %i', (major) => {
  test('disturbs neither the handshake nor listing, with a context and without', async () => {
    const errors: unknown[] = []
    const url = await serveStateless(major, () => {
      const server = installContext(newServer(major), bound, { required: true, http: LIFT })
      server.registerTool('read', {}, () => reply(getContext(bound)))
      server.server.onerror = (error: unknown) => errors.push(error)
      return server
    })
    const client = newClient(major)
    await client.connect(httpTransport(major, url, { requestInit: { headers: { 'x-retries': 'many' } } }))
    onTestFinished(() => client.close())
    const view = createContextClient(client, bound, { context: { ...ACME, retries: 7 } })
    expect((await client.listTools()).tools).toHaveLength(1)
    expect((await view.listTools()).tools).toHaveLength(1)
    await expect(view.callTool({ name: 'read' })).rejects.toMatchObject({ code: -32020 })
    expect(errors).toEqual([])
  })
})

describe('where there is no HTTP, nothing is compared and nothing is needed', () => {
  const policies: Http[] = [{}, { verify: 'strict' }, { verify: 'strict', lift: true, prefer: 'header' }]

  test.each(MAJORS.flatMap((major) => policies.map((http) => [major, http] as const)))(
    'in memory, SDK %i, %j',
    async (major, http) => {
      const server = installContext(newServer(major), bound, { required: true, http })
      server.registerTool('read', {}, () => reply(getContext(bound)))
      const client = newClient(major)
      await connectInMemory(client, server)
      const view = createContextClient(client, bound, { context: ACME })
      expect(answerOf(await view.callTool({ name: 'read' }))).toEqual(ACME)
      await expect(client.callTool({ name: 'read' })).rejects.toMatchObject({ data: { reason: 'missing' } })
    },
  )

  test.each(MAJORS.flatMap((major) => policies.map((http) => [major, http] as const)))(
    'on stdio, SDK %i, %j',
    async (major, http) => {
      const server = installContext(newServer(major), bound, { required: true, http })
      server.registerTool('read', {}, () => reply(getContext(bound)))
      const [stdin, stdout] = [new PassThrough(), new PassThrough()]
      const Stdio = major === 1 ? StdioV1 : StdioV2
      await server.connect(new Stdio(stdin, stdout))
      onTestFinished(() => server.close())
      const params = { name: 'read', _meta: { [bound.key]: ACME } }
      stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n`)
      const [line] = await new Promise<Buffer[]>((resolve) => stdout.once('data', (...data: Buffer[]) => resolve(data)))
      expect(answerOf(JSON.parse(String(line)).result)).toEqual(ACME)
    },
  )
})

describe('what several definitions make of one request', () => {
  const region = defineContext({
    key: 'com.example/region',
    schema: z.object({ region: z.string().optional() }),
    headers: { region: 'X-Region' },
  })

  test.each(MAJORS)('each goes by its own policy, SDK %i', async (major) => {
    const url = await serveStateless(major, () => {
      const server = installContext(newServer(major), bound, { http: { verify: 'strict' } })
      installContext(server, region, { http: { lift: true } })
      server.registerTool('read', {}, () => reply([tryGetContext(bound) ?? null, tryGetContext(region) ?? null]))
      return server
    })
    const client = newClient(major)
    const requestInit = { headers: { 'x-region': 'eu', 'x-tenant-id': 'acme' } }
    await client.connect(httpTransport(major, url, { requestInit }))
    onTestFinished(() => client.close())
    const read = (_meta?: object) => client.callTool({ name: 'read', ...(_meta && { _meta }) })
    expect(answerOf(await read())).toEqual([null, { region: 'eu' }])
    expect(answerOf(await read({ [bound.key]: ACME }))).toEqual([ACME, { region: 'eu' }])
    await expect(read({ [region.key]: { region: 'us' } })).rejects.toMatchObject({
      data: { key: region.key, reason: 'mismatch', issues: [{ path: ['region'] }] },
    })
    await expect(read({ [bound.key]: { tenant: 'globex' } })).rejects.toMatchObject({ data: { key: bound.key } })
  })
})

test('a Node server that joins the lines of a header joins those of Authorization too', async () => {
  const handle = toNodeHandler(
    createMcpHandler((() => {
      const server = installContext(newServer(2), bound, { http: { lift: true } })
      server.registerTool('read', {}, () => reply(getContext(bound)))
      return server
    }) as never),
  )
  const url = await listen(handle as never, { joinDuplicateHeaders: true })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: ['Bearer one', 'Bearer two'],
  }
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read' } }
  const response = await postLines(url, headers, JSON.stringify(body))
  expect(await response.text()).toContain('one, Bearer two')
})

test.each(['auto', 'sse'] as const)(
  'a mismatch has the status 400 where answers are %s, and where a schema is asynchronous',
  async (responseMode) => {
    const slow = defineContext({
      schema: z.object({ tenant: z.string() }).refine(async () => true),
      headers: { tenant: 'X-Tenant-Id' },
    })
    const make = () => {
      const server = installContext(newServer(2), slow)
      server.registerTool('read', {}, () => reply(getContext(slow)))
      return server
    }
    const url = await serveHandler(make, { responseMode })
    const statuses: number[] = []
    const recording = async (input: string | URL, init?: RequestInit) => {
      const response = await fetch(input, init)
      if (String(init?.body).includes('tools/call')) statuses.push(response.status)
      return response
    }
    const client = newClient(2, MODERN)
    const requestInit = { headers: { 'x-tenant-id': 'acme' } }
    await client.connect(httpTransport(2, url, { fetch: recording, requestInit }))
    onTestFinished(() => client.close())
    const read = (tenant: string) => client.callTool({ name: 'read', _meta: { [slow.key]: { tenant } } })
    expect(answerOf(await read('acme'))).toEqual(ACME)
    await expect(read('globex')).rejects.toMatchObject({ code: -32020 })
    expect(statuses).toEqual([200, 400, 400])
  },
)

describe.each(MAJORS)('a batch, SDK %i', (major) => {
  async function answers(http: Http, contexts: object[], viaFetch: boolean) {
    const make = () => {
      const server = installContext(newServer(major), bound, { http })
      server.registerTool('read', {}, () => reply(getContext(bound)))
      return server
    }
    const url = await serveStateless(major, make, { enableJsonResponse: true })
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const batch = contexts.map((context, id) => {
      return { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'read', _meta: { [bound.key]: context } } }
    })
    const init = { method: 'POST', body: JSON.stringify(batch) }
    const response = viaFetch
      ? await contextFetch(bound)(url, { ...init, headers })
      : await fetch(url, { ...init, headers: { ...headers, 'x-tenant-id': 'acme' } })
    const answered: { id: number; result?: object; error?: { code: number } }[] = await response.json()
    return answered.sort((a, b) => a.id - b.id).map(({ result, error }) => error?.code ?? answerOf(result))
  }

  test('each message is compared with the headers that all came with', async () => {
    const contexts = [{ tenant: 'acme' }, { tenant: 'globex' }, { note: 'n' }]
    expect(await answers({}, contexts, false)).toEqual([{ tenant: 'acme' }, -32020, { note: 'n' }])
    expect(await answers({ lift: true, verify: false }, contexts, false)).toEqual([
      { tenant: 'acme' },
      { tenant: 'globex' },
      { note: 'n', tenant: 'acme' },
    ])
  })

  test('contextFetch has strict serve one whose messages agree, and refuse one whose messages do not', async () => {
    const agreeing = [
      { tenant: 'acme', note: '1' },
      { tenant: 'acme', note: '2' },
    ]
    expect(await answers({ verify: 'strict' }, agreeing, true)).toEqual(agreeing)
    const differing = [{ tenant: 'acme' }, { tenant: 'globex' }]
    expect(await answers({ verify: 'strict' }, differing, true)).toEqual([-32020, -32020])
    expect(await answers({}, differing, true)).toEqual(differing)
  })
})

describe('http options that cannot be', () => {
  const BOUND = 'there are tenant, retries, dryRun, token'

  test.each<[string, unknown, string]>([
    ['true', true, 'http takes an object with verify, lift, prefer, required, not "true"'],
    ['a list', [], 'http takes an object with verify, lift, prefer, required, not an Array'],
    ['null', null, 'http takes an object with verify, lift, prefer, required, not null'],
    ['an unknown one', { verfy: 'strict' }, 'http takes an object with verify, lift, prefer, required, not "verfy"'],
    ['verify: true', { verify: true }, 'http: verify must be mismatch or strict or false'],
    ['verify: another word', { verify: 'always' }, 'http: verify must be mismatch or strict or false'],
    ['verify: null', { verify: null }, 'http: verify must be mismatch or strict or false'],
    ...[
      ['a word', 'yes', " must be an array of field names such as ['token']"],
      ['null', null, " must be an array of field names such as ['token']"],
      ['an object', {}, " must be an array of field names such as ['token']"],
      ['a field that is not bound', ['tenant', 'note'], `: there is no field "note"; ${BOUND}`],
      ['a field that there is not', ['tokn'], `: there is no field "tokn"; ${BOUND}`],
      ['what is no name', [undefined], `: there is no field "undefined"; ${BOUND}`],
      ['nothing', [], ' and prefer need a bound field to lift'],
    ].map(([claim, lift, issue]): [string, unknown, string] => [`lift: ${claim}`, { lift }, `http: lift${issue}`]),
    ['prefer: another word', { lift: true, prefer: 'headers' }, 'http: prefer must be meta or header'],
    ...[{ prefer: 'header' }, { prefer: 'header', lift: false }].map((http): [string, unknown, string] => [
      JSON.stringify(http),
      http,
      'http: lift and prefer need a bound field to lift',
    ]),
    ['required: a word', { required: 'yes' }, 'http: required must be true or false'],
  ])('%s is refused by name', (_claim, http, message) => {
    expect(() => installContext(newServer(1), bound, { http: http as Http })).toThrow(
      expect.objectContaining({ name: 'ContextError', code: 'invalid_definition', message }),
    )
  })

  test.each<[Http, string]>([
    [{ lift: true }, 'http: lift and prefer need a bound field to lift'],
    [{ lift: ['tenant'] }, 'http: lift: there is no field "tenant"; there are none'],
    [{ lift: [] }, 'http: lift and prefer need a bound field to lift'],
  ])('%j is refused for a definition that binds nothing', (http, message) => {
    const unbound = defineContext({ schema: z.object({ tenant: z.string() }) })
    expect(() => installContext(newServer(1), unbound, { http })).toThrow(
      expect.objectContaining({ code: 'invalid_definition', message }),
    )
  })

  test('other ones than the definition was installed with before are refused; the same, spelled out, are not', () => {
    const server = installContext(newServer(1), bound)
    expect(
      installContext(server, bound, { http: { verify: 'mismatch', lift: false, prefer: 'meta', required: false } }),
    ).toBe(server)
    const lifting = installContext(newServer(1), bound, { http: { lift: true } })
    const all = ['token', 'dryRun', 'retries', 'tenant']
    expect(installContext(lifting, bound, { http: { lift: all } })).toBe(lifting)
    for (const http of [{ verify: false }, { lift: true }, { lift: ['tenant'] }, { required: true }] as const) {
      expect(() => installContext(server, bound, { http })).toThrow(
        expect.objectContaining({ code: 'invalid_definition' }),
      )
    }
  })
})
