// A context to headers and back: each type of binding, what it refuses, and what a real HTTP server makes of it.
import { defineContext } from 'mcp-request-context'
import { contextToHeaders, corsAllowHeaders, encodeHeaderValue, headersToContext } from 'mcp-request-context/http'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { boundContext as bound } from '../support/contexts.js'

/** Values that no type would let in. */
const toHeaders = (context: unknown) => contextToHeaders(bound, context as object)

describe('a context comes back out of its headers', () => {
  it.each<[string, object, Record<string, string>]>([
    ['nothing', {}, {}],
    ['a string', { tenant: 'acme' }, { 'x-tenant-id': 'acme' }],
    ['an empty string', { tenant: '' }, { 'x-tenant-id': '=?base64??=' }],
    ['a string that is not ASCII', { tenant: 'Zürich' }, { 'x-tenant-id': '=?base64?WsO8cmljaA==?=' }],
    ['a string that reads like a number', { tenant: '007' }, { 'x-tenant-id': '007' }],
    ['a string that reads like a boolean', { tenant: 'true' }, { 'x-tenant-id': 'true' }],
    ['a string with a comma', { tenant: 'a, b' }, { 'x-tenant-id': 'a, b' }],
    ['zero', { retries: 0 }, { 'x-retries': '0' }],
    ['a negative integer', { retries: -12 }, { 'x-retries': '-12' }],
    ['the largest integer', { retries: Number.MAX_SAFE_INTEGER }, { 'x-retries': '9007199254740991' }],
    ['the smallest integer', { retries: Number.MIN_SAFE_INTEGER }, { 'x-retries': '-9007199254740991' }],
    ['true', { dryRun: true }, { 'x-dry-run': 'true' }],
    ['false', { dryRun: false }, { 'x-dry-run': 'false' }],
    ['a bearer token', { token: 'abc.def-_~+/==' }, { authorization: 'Bearer abc.def-_~+/==' }],
    ['a bearer token that is not ASCII', { token: 'ü' }, { authorization: 'Bearer =?base64?w7w=?=' }],
    ['an empty bearer token', { token: '' }, { authorization: 'Bearer =?base64??=' }],
    [
      'all of them',
      { tenant: 'acme', retries: 3, dryRun: true, token: 't' },
      { authorization: 'Bearer t', 'x-dry-run': 'true', 'x-retries': '3', 'x-tenant-id': 'acme' },
    ],
  ])('%s', (_claim, context, headers) => {
    const made = contextToHeaders(bound, context)
    expect(Object.fromEntries(made)).toEqual(headers)
    expect(headersToContext(bound, made)).toEqual({ ok: true, context })
  })

  it('negative zero as zero, which is all that JSON makes of it', () => {
    expect(headersToContext(bound, contextToHeaders(bound, { retries: -0 }))).toEqual({
      ok: true,
      context: { retries: 0 },
    })
  })
})

describe('what is not mirrored', () => {
  it.each<[string, unknown]>([
    ['a field that is not bound', { unbound: 'x' }],
    ['a field that is undefined', { tenant: undefined }],
    ['an inherited field', Object.create({ tenant: 'acme' })],
    ['null', { tenant: null, retries: null, dryRun: null, token: null }],
  ])('%s', (_claim, context) => {
    expect([...toHeaders(context)]).toEqual([])
  })

  it('without bindings, anything', () => {
    const unbound = defineContext({ schema: z.object({ tenant: z.string() }) })
    expect([...contextToHeaders(unbound, { tenant: 'acme' })]).toEqual([])
    expect(headersToContext(unbound, new Headers({ tenant: 'acme' }))).toEqual({ ok: true, context: {} })
    expect(corsAllowHeaders(unbound)).toEqual([])
  })
})

describe('a field that is not of its binding’s type has no header', () => {
  const STRING = 'tenant: header X-Tenant-Id carries a string'
  const INTEGER = 'retries: header X-Retries carries an integer from -(2^53-1) to 2^53-1'
  const BOOLEAN = 'dryRun: header X-Dry-Run carries a boolean'
  const TOKEN = 'token: header Authorization carries a string'

  it.each<[string, unknown, string]>([
    ['a number for a string', { tenant: 7 }, STRING],
    ['a boolean for a string', { tenant: true }, STRING],
    ['an array for a string', { tenant: ['acme'] }, STRING],
    ['a String object', { tenant: new String('acme') }, STRING],
    ['a string for an integer', { retries: '7' }, INTEGER],
    ['a fraction', { retries: 0.5 }, INTEGER],
    ['an integer past 2^53-1', { retries: 2 ** 53 }, INTEGER],
    ['an integer below -(2^53-1)', { retries: -(2 ** 53) }, INTEGER],
    ['infinity', { retries: Number.POSITIVE_INFINITY }, INTEGER],
    ['no number', { retries: Number.NaN }, INTEGER],
    ['a bigint', { retries: 7n }, INTEGER],
    ['a string for a boolean', { dryRun: 'true' }, BOOLEAN],
    ['a number for a boolean', { dryRun: 1 }, BOOLEAN],
    ['a number for a token', { token: 7 }, TOKEN],
    ['a lone surrogate', { tenant: 'a\ud800' }, 'a string with a lone surrogate cannot be an HTTP header value'],
    ['a lone surrogate in a token', { token: '\udc00' }, 'a string with a lone surrogate'],
  ])('%s', (_claim, context, message) => {
    expect(() => toHeaders(context)).toThrow(
      expect.objectContaining({ name: 'ContextError', code: 'invalid', message: expect.stringContaining(message) }),
    )
  })
})

describe('a header is read as its binding’s type says', () => {
  it.each<[string, Record<string, string>, object]>([
    ['an unbound header is nobody’s', { 'x-other': '1' }, {}],
    ['a name in any case', { 'X-TENANT-ID': 'acme' }, { tenant: 'acme' }],
    ['white space around a value is not of it', { 'x-retries': ' 7\t' }, { retries: 7 }],
    ['a header that is empty is none', { 'x-tenant-id': '', 'x-retries': '', 'x-dry-run': ' ', authorization: '' }, {}],
    ['Base64 of nothing is an empty string', { 'x-tenant-id': '=?base64??=' }, { tenant: '' }],
    ['a scheme in any case', { authorization: 'bearer t' }, { token: 't' }],
    ['several spaces after a scheme', { authorization: 'BEARER   t' }, { token: 't' }],
    ['a marker without its end is itself', { 'x-tenant-id': '=?base64?YQ==' }, { tenant: '=?base64?YQ==' }],
    ['a marker whose ends run together is itself', { authorization: 'Bearer =?base64?=' }, { token: '=?base64?=' }],
  ])('%s', (_claim, headers, context) => {
    expect(headersToContext(bound, new Headers(headers))).toEqual({ ok: true, context })
  })

  it.each<[string, string, string, string]>([
    ['a leading zero', 'x-retries', '01', 'retries'],
    ['a fraction', 'x-retries', '1.0', 'retries'],
    ['an exponent', 'x-retries', '1e3', 'retries'],
    ['a plus sign', 'x-retries', '+1', 'retries'],
    ['a hexadecimal number', 'x-retries', '0x10', 'retries'],
    ['a number with a space in it', 'x-retries', '1 0', 'retries'],
    ['a number of other digits, encoded', 'x-retries', encodeHeaderValue('١'), 'retries'],
    ['a number that is encoded', 'x-retries', '=?base64?Nw==?=', 'retries'],
    ['an integer past 2^53-1', 'x-retries', '9007199254740992', 'retries'],
    ['an integer below -(2^53-1)', 'x-retries', '-9007199254740992', 'retries'],
    ['an integer of a thousand digits', 'x-retries', '9'.repeat(1000), 'retries'],
    ['TRUE', 'x-dry-run', 'TRUE', 'dryRun'],
    ['True', 'x-dry-run', 'True', 'dryRun'],
    ['1 for true', 'x-dry-run', '1', 'dryRun'],
    ['bad padding', 'x-tenant-id', '=?base64?YQ?=', 'tenant'],
    ['a character that is not of Base64', 'x-tenant-id', '=?base64?Y*==?=', 'tenant'],
    ['Base64 of what is no UTF-8', 'x-tenant-id', '=?base64?/w==?=', 'tenant'],
    ['another scheme', 'authorization', 'Basic YTpi', 'token'],
    ['a scheme that ends in the right one', 'authorization', 'x-Bearer secret', 'token'],
    ['no scheme', 'authorization', 'secret', 'token'],
    ['a scheme and nothing', 'authorization', 'Bearer ', 'token'],
    ['a tab behind a scheme', 'authorization', 'Bearer\tsecret', 'token'],
    ['bytes of UTF-8', 'x-tenant-id', 'Z\u00c3\u00bcrich', 'tenant'],
    ['bytes of UTF-8 in a token', 'authorization', 'Bearer t\u00c3\u00b6ken', 'token'],
    ['Base64 with stray bits', 'x-tenant-id', '=?base64?YWNtZR==?=', 'tenant'],
    ['bad padding in a token', 'authorization', 'Bearer =?base64?YQ?=', 'token'],
  ])('%s is a mismatch, and is not shown', (_claim, name, value, field) => {
    const { ok, rejection } = headersToContext(bound, new Headers({ [name]: value }))
    expect(ok).toBe(false)
    expect(rejection).toMatchObject({ reason: 'mismatch', issues: [{ path: [field] }] })
    const shown = JSON.stringify(rejection?.data) + rejection?.message
    expect(shown.toLowerCase()).toContain(`header ${name} is not a`)
    if (value.length > 5) expect(shown).not.toContain(value)
  })

  // A `Headers` trims what it is given; a server that keeps the space hands it on.
  it('a space around a number, where a server keeps it, is a mismatch', () => {
    const untrimmed = { get: (name: string) => (name === 'x-retries' ? ' 1' : null) } as Headers
    expect(headersToContext(bound, untrimmed)).toMatchObject({ rejection: { reason: 'mismatch' } })
  })

  it('a header sent twice is one value, which a number, a boolean and an encoded string cannot be', () => {
    const twice = (name: string, value: string) => {
      const headers = new Headers([
        [name, value],
        [name, value],
      ])
      return headersToContext(bound, headers)
    }
    expect(twice('x-retries', '7')).toMatchObject({ rejection: { reason: 'mismatch' } })
    expect(twice('x-dry-run', 'true')).toMatchObject({ rejection: { reason: 'mismatch' } })
    expect(twice('x-tenant-id', encodeHeaderValue('ü'))).toMatchObject({ rejection: { reason: 'mismatch' } })
    expect(twice('x-tenant-id', 'acme')).toEqual({ ok: true, context: { tenant: 'acme, acme' } })
  })
})

describe('the size of a header', () => {
  const limited = (maxHeaderBytes?: number) =>
    defineContext({
      schema: z.object({ tenant: z.string().optional(), token: z.string().optional() }),
      headers: { tenant: 'X-Tenant-Id', token: { name: 'Authorization', scheme: 'Bearer' } },
      limits: { maxHeaderBytes },
    })

  it.each<[string, number | undefined, object, object, number]>([
    ['a plain string', 16, { tenant: 'x'.repeat(16) }, { tenant: 'x'.repeat(17) }, 17],
    ['the encoding of a string', 20, { tenant: 'üüü' }, { tenant: 'üüüü' }, 23],
    ['the scheme too', 16, { token: 'x'.repeat(9) }, { token: 'x'.repeat(10) }, 17],
    ['as much as 4096 by default', undefined, { tenant: 'x'.repeat(4096) }, { tenant: 'x'.repeat(4097) }, 4097],
  ])('counts %s, and says how much it is', (_claim, limit, at, over, size) => {
    const definition = limited(limit)
    expect([...contextToHeaders(definition, at)]).toHaveLength(1)
    const message = `is ${size} bytes; the limit is ${limit ?? 4096}`
    expect(() => contextToHeaders(definition, over)).toThrow(
      expect.objectContaining({ code: 'too_large', message: expect.stringContaining(message) }),
    )
    expect(() => contextToHeaders(definition, over)).not.toThrow(/x{9}|ü/)
  })
})

it('a CORS answer names the headers as they were bound', () => {
  expect(corsAllowHeaders(bound)).toEqual(['X-Tenant-Id', 'X-Retries', 'X-Dry-Run', 'Authorization'])
})
