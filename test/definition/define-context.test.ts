import { type } from 'arktype'
import {
  CONTEXT_META_KEY,
  type ContextDefinition,
  ContextError,
  DEFAULT_LIMITS,
  decodeContext,
  defineContext,
  encodeContext,
  validateMetaKey,
} from 'mcp-request-context'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const schema = z.object({ tenant: z.string().optional(), token: z.string().optional(), retries: z.int().optional() })

/** As JavaScript calls it, past the compiler. */
const define = defineContext as unknown as (options?: unknown) => ContextDefinition

function rejection(run: () => unknown): ContextError {
  try {
    run()
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('a key', () => {
  it.each([
    ['a prefix and a name', 'com.example/request-context'],
    ['a bare name', 'tenant'],
    ['a prefix of one label', 'acme/tenant'],
    ['a prefix and no name', 'com.example/'],
    ['a name with dots, hyphens and underscores within', 'com.example/a.b-c_d'],
    ['a name that starts with a digit', 'com.example/2fa'],
    ['a label with digits and hyphens', 'x1.ex-ample2/n'],
    ['mcp as the third label', 'com.example.mcp/x'],
    ['mcp as the first label', 'mcp.example/x'],
    ['mcp as a part of the second label', 'com.mcp-tools/x'],
    ['mcp as the name', 'com.example/mcp'],
    ['a name that an object inherits', 'constructor'],
    ['a name that is reserved only where it is bare', 'com.example/progressToken'],
    ['the default', CONTEXT_META_KEY],
  ])('may be %s', (_claim, key) => {
    expect(validateMetaKey(key)).toBe(key)
    expect(defineContext({ schema, key }).key).toBe(key)
  })

  const GRAMMAR =
    'is not an MCP _meta key of 1 to 256 characters: use a name under a domain of yours, such as "com.example/context"'
  const RESERVED = 'is reserved by MCP'

  it.each<[string, unknown, string]>([
    ['empty', '', GRAMMAR],
    ['a slash alone', '/', GRAMMAR],
    ['without a label before the slash', '/x', GRAMMAR],
    ['with an empty label', 'com..example/x', GRAMMAR],
    ['with a dot before the slash', 'com.example./x', GRAMMAR],
    ['with a label that starts with a digit', 'com.1example/x', GRAMMAR],
    ['with a label that ends with a hyphen', 'com.example-/x', GRAMMAR],
    ['with an underscore in a label', 'com.ex_ample/x', GRAMMAR],
    ['with a second slash', 'com.example/a/b', GRAMMAR],
    ['with a name that starts with an underscore', '__proto__', GRAMMAR],
    ['with a name that ends with a dot', 'com.example/a.', GRAMMAR],
    ['with a space', 'com.example/a b', GRAMMAR],
    ['with a line break at its end', 'com.example/a\n', GRAMMAR],
    ['with a letter that is not ASCII', 'com.example/größe', GRAMMAR],
    ['under MCP’s own prefix', 'io.modelcontextprotocol/x', RESERVED],
    ['under another domain’s modelcontextprotocol', 'dev.modelcontextprotocol/x', RESERVED],
    ['under a subdomain of mcp', 'com.mcp.tools/x', RESERVED],
    ['under a reserved prefix in capitals', 'COM.MCP/x', RESERVED],
    ['under a reserved prefix and without a name', 'org.mcp/', RESERVED],
    ['MCP’s progressToken', 'progressToken', RESERVED],
    ['W3C’s traceparent', 'traceparent', RESERVED],
    ['W3C’s tracestate', 'tracestate', RESERVED],
    ['W3C’s baggage', 'baggage', RESERVED],
    ['a number', 7, GRAMMAR],
    ['an object', {}, GRAMMAR],
  ])('is refused when it is %s', (_claim, key, issue) => {
    for (const run of [() => validateMetaKey(key as string), () => define({ schema, key })]) {
      const { code, message } = rejection(run)
      expect(code).toBe('invalid_definition')
      expect(message).toMatch(/^key /)
      expect(message).toContain(typeof key === 'string' ? `key ${JSON.stringify(key)} ${issue}` : issue)
    }
  })

  it('is refused when it has more than 256 characters, and is not shown whole', () => {
    const { message } = rejection(() => validateMetaKey(`com.example/${'x'.repeat(245)}`))
    expect(message).toMatch(/^key "com\.example\/x+\.\.\." is not an MCP _meta key of 1 to 256 characters: /)
    expect(message.length).toBeLessThan(250)
  })
})

describe('a definition is refused', () => {
  it.each<[string, unknown, string]>([
    ['without options', undefined, 'schema'],
    ['for options of null', null, 'schema'],
    ['for an unknown option', { schema, sensitiv: ['token'] }, '"sensitiv"'],

    ['without a schema', {}, 'schema'],
    ['for an empty object as the schema', { schema: {} }, 'schema'],
    ['for a JSON Schema', { schema: { type: 'object', properties: {} } }, 'schema'],
    ['for a function as the schema', { schema: () => true }, 'schema'],
    ['for null as the schema', { schema: null }, 'schema'],
    ['for a Standard Schema of another version', { schema: { '~standard': { version: 2, validate() {} } } }, 'schema'],
    ['for a Standard Schema without validate', { schema: { '~standard': { version: 1 } } }, 'schema'],

    ['for a limit of 0', { schema, limits: { maxBytes: 0 } }, 'maxBytes must be an integer from 1 to'],
    ['for a negative limit', { schema, limits: { maxFields: -1 } }, 'maxFields must be an integer from 1 to'],
    ['for a fraction as a limit', { schema, limits: { maxDepth: 1.5 } }, 'maxDepth must be an integer from 1 to'],
    ['for a limit of NaN', { schema, limits: { maxHeaderBytes: Number.NaN } }, 'maxHeaderBytes must be'],
    ['for an infinite limit', { schema, limits: { maxBytes: Number.POSITIVE_INFINITY } }, 'not Infinity'],
    ['for a string as a limit', { schema, limits: { maxBytes: '8' } }, 'maxBytes must be an integer from 1 to'],
    ['for a BigInt as a limit', { schema, limits: { maxBytes: 8n } }, 'maxBytes must be an integer from 1 to'],
    ['for a limit of null', { schema, limits: { maxBytes: null } }, 'maxBytes must be an integer from 1 to'],
    ['for an unknown limit', { schema, limits: { maxbytes: 8 } }, '"maxbytes"'],
    ['for a limit that an object inherits', { schema, limits: { toString: 8 } }, '"toString"'],
    ['for a depth that the stack cannot hold', { schema, limits: { maxDepth: 257 } }, 'from 1 to 256, not 257'],
    ['for a number as the limits', { schema, limits: 8192 }, 'limits'],
    ['for an array as the limits', { schema, limits: [8192] }, 'limits'],
    ['for limits of null', { schema, limits: null }, 'limits'],

    ['for a string as the sensitive fields', { schema, sensitive: 'token' }, 'sensitive'],
    ['for an object as the sensitive fields', { schema, sensitive: { token: true } }, 'sensitive'],
    ['for an illegal sensitive name', { schema, sensitive: ['token', 'a b'] }, '"a b"'],
    ['for __proto__ as a sensitive name', { schema, sensitive: ['__proto__'] }, '"__proto__"'],
    ['for a number as a sensitive name', { schema, sensitive: [7] }, '"7"'],

    ['for an array as the headers', { schema, headers: ['X-Tenant-Id'] }, 'headers'],
    ['for a string as the headers', { schema, headers: 'X-Tenant-Id' }, 'headers'],
    ['for an illegal name of a bound field', { schema, headers: { 'a b': 'X-A' } }, '"a b"'],
    ['for a binding to nothing', { schema, headers: { tenant: {} } }, '"tenant"'],
    ['for a binding of null', { schema, headers: { tenant: null } }, '"tenant"'],
    ['for a header name with a space', { schema, headers: { tenant: 'X Tenant' } }, '"X Tenant"'],
    ['for a header name with a colon', { schema, headers: { tenant: 'X-Tenant:' } }, '"X-Tenant:"'],
    ['for an empty header name', { schema, headers: { tenant: '' } }, '""'],
    ['for a header name that is not ASCII', { schema, headers: { tenant: 'X-Größe' } }, '"X-Größe"'],
    ['for CRLF in a header name', { schema, headers: { tenant: 'X-A\r\nX-B' } }, String.raw`"X-A\r\nX-B"`],
    ['for a line break after a header name', { schema, headers: { tenant: { name: 'X-A\n' } } }, String.raw`"X-A\n"`],
    [
      'for two fields under one header',
      { schema, headers: { tenant: 'X-Id', token: 'x-ID' } },
      '"x-ID" is already bound to',
    ],
    ['for an unknown type', { schema, headers: { retries: { name: 'X-R', type: 'number' } } }, '"number"'],
    [
      'for a misspelt member of a binding',
      { schema, headers: { retries: { name: 'X-R', tpye: 'integer' } } },
      '"tpye"',
    ],
    [
      'for a scheme on another header',
      { schema, headers: { token: { name: 'X-T', scheme: 'Bearer' } } },
      'no other header with a scheme',
    ],
    ['for Authorization by its name alone', { schema, headers: { token: 'authorization' } }, 'scheme'],
    ['for Authorization without its scheme', { schema, headers: { token: { name: 'Authorization' } } }, 'scheme'],
    ['for Basic', { schema, headers: { token: { name: 'Authorization', scheme: 'Basic' } } }, "scheme: 'Bearer'"],
    [
      'for an integer in Authorization',
      { schema, headers: { retries: { name: 'Authorization', scheme: 'Bearer', type: 'integer' } } },
      '"retries"',
    ],
  ])('%s', (_claim, options, offender) => {
    const { code, message } = rejection(() => define(options))
    expect(code).toBe('invalid_definition')
    expect(message).toContain(offender)
  })

  const union = z.union([z.object({ a: z.string() }), z.object({ token: z.string() })])
  const valibot = v.object({ tenant: v.string(), token: v.string() })
  const arktype = type({ tenant: 'string', token: 'string' })
  it.each<[string, unknown, string]>([
    [
      'a misspelt sensitive field',
      { schema, sensitive: ['tokn'] },
      'sensitive: there is no field "tokn"; there are tenant',
    ],
    ['a misspelt bound field', { schema, headers: { tenat: 'X-T' } }, 'headers: there is no field "tenat"'],
    ['a sensitive field that no member of a union has', { schema: union, sensitive: ['tokn'] }, 'there are a, token'],
    ['a misspelt field of valibot', { schema: valibot, sensitive: ['tokn'] }, 'there are tenant, token'],
    ['a misspelt field of a variant of valibot', { schema: v.union([valibot]), sensitive: ['tokn'] }, '"tokn"'],
    ['a misspelt field of arktype', { schema: arktype, headers: { tenat: 'X-T' } }, '"tenat"'],
    ['a part of a field', { schema, sensitive: ['user.token'] }, 'there is no field "user.token"'],
    [
      'a safe message of a field that is not sensitive',
      { schema, safeMessages: ['token'] },
      'safeMessages: there is no',
    ],
    [
      'a zod without Standard Schema',
      { schema: { _def: {}, parse() {} } },
      'zod 3.24, valibot 1.0 or arktype 2.0, or later',
    ],
  ])('for %s', (_claim, options, offender) => {
    const { code, message } = rejection(() => define(options))
    expect(code).toBe('invalid_definition')
    expect(message).toContain(offender)
  })

  it.each<[string, unknown]>([
    ['a field of one member of a union', { schema: union, sensitive: ['token'], headers: { a: 'X-A' } }],
    ['any field of a loose object', { schema: z.looseObject({ a: z.string() }), sensitive: ['token'] }],
    ['any field of a loose object of valibot', { schema: v.looseObject({ a: v.string() }), sensitive: ['token'] }],
    ['any field of a record', { schema: z.record(z.string(), z.string()), sensitive: ['token'] }],
    ['a safe message of a sensitive field', { schema, sensitive: ['token'], safeMessages: ['token'] }],
  ])('not for %s', (_claim, options) => {
    expect(define(options)).toMatchObject({ sensitive: ['token'] })
  })

  it.each([
    'Host',
    'Connection',
    'Content-Length',
    'content-type',
    'Transfer-Encoding',
    'Accept',
    'Accept-Language',
    'Cookie',
    'Set-Cookie',
    'Origin',
    'Referer',
    'User-Agent',
    'If-None-Match',
    'Proxy-Authorization',
    'Sec-Fetch-Mode',
    'Access-Control-Request-Headers',
    'DPoP',
    'X-Forwarded-For',
    'X-Real-IP',
    'Forwarded',
    'Mcp-Session-Id',
    'MCP-Protocol-Version',
    'Mcp-Param-Tenant',
    'Last-Event-ID',
  ])('for the header %s, which is not its to set', (name) => {
    const { code, message } = rejection(() => define({ schema, headers: { tenant: name } }))
    expect(code).toBe('invalid_definition')
    expect(message).toContain(`"tenant": "${name}"`)
  })
})

describe('a definition', () => {
  it('has the default key and limits, and no bindings, unless told otherwise', () => {
    const given = { schema, key: undefined, headers: undefined, sensitive: undefined, limits: undefined }
    for (const options of [{ schema }, given]) {
      expect(defineContext(options)).toEqual({
        key: 'io.github.mcp-request-context/context',
        schema,
        headers: [],
        sensitive: [],
        safeMessages: [],
        limits: DEFAULT_LIMITS,
      })
    }
  })

  it('keeps the default of each limit that is not given', () => {
    const { limits } = defineContext({ schema, limits: { maxBytes: 16_384, maxDepth: 256, maxFields: undefined } })
    expect(limits).toEqual({ ...DEFAULT_LIMITS, maxBytes: 16_384, maxDepth: 256 })
  })

  it('resolves each form of a binding', () => {
    const { headers } = defineContext({
      schema,
      headers: {
        tenant: 'X-Tenant-Id',
        token: { name: 'authorization', scheme: 'Bearer' },
        retries: { name: 'X-Retries', type: 'integer' },
      },
    })
    expect(headers).toEqual([
      { field: 'tenant', name: 'X-Tenant-Id', lowerCaseName: 'x-tenant-id', type: 'string' },
      { field: 'token', name: 'authorization', lowerCaseName: 'authorization', type: 'string', scheme: 'Bearer' },
      { field: 'retries', name: 'X-Retries', lowerCaseName: 'x-retries', type: 'integer' },
    ])
  })

  it('names a sensitive field once', () => {
    expect(defineContext({ schema, sensitive: ['token', 'token'] }).sensitive).toEqual(['token'])
  })

  it.each([
    [
      'with every option',
      { schema, headers: { tenant: 'X-T' }, sensitive: ['token'], limits: { maxBytes: 9 } } as const,
    ],
    ['with a schema only', { schema }],
  ])('is frozen %s', (_claim, options) => {
    const definition = defineContext(options)
    const { headers, sensitive, limits } = definition
    for (const part of [definition, headers, ...headers, sensitive, limits]) expect(part).toSatisfy(Object.isFrozen)
  })

  it('does not follow its options when those change later', () => {
    const options = { headers: { tenant: { name: 'X-T' } }, sensitive: ['token' as const], limits: { maxBytes: 9 } }
    const definition = defineContext({ schema, ...options })
    options.headers.tenant.name = 'X-Other'
    options.sensitive.pop()
    options.limits.maxBytes = 1
    expect(definition.headers).toMatchObject([{ name: 'X-T' }])
    expect(definition.sensitive).toEqual(['token'])
    expect(definition.limits.maxBytes).toBe(9)
  })

  it('leaves the schema and the options unfrozen', () => {
    const options = { schema, headers: { tenant: 'X-T' }, limits: { maxBytes: 9 } }
    defineContext(options)
    for (const part of [options, schema, options.headers, options.limits]) expect(part).not.toSatisfy(Object.isFrozen)
  })

  it('under the key "constructor" carries a context like any other', async () => {
    const definition = defineContext({ schema, key: 'constructor' })
    expect(await encodeContext(definition, { tenant: 'acme' })).toEqual({ tenant: 'acme' })
    expect(await decodeContext(definition, { tenant: 'acme' })).toEqual({ ok: true, context: { tenant: 'acme' } })
  })
})

it('DEFAULT_LIMITS cannot be changed for everybody', () => {
  expect(DEFAULT_LIMITS).toSatisfy(Object.isFrozen)
  expect(DEFAULT_LIMITS).toEqual({ maxBytes: 8192, maxFields: 64, maxDepth: 8, maxHeaderBytes: 4096 })
})
