import { inspect } from 'node:util'
import { type } from 'arktype'
import {
  type AnyDefinition,
  ContextError,
  type ContextSchema,
  decodeContext,
  defineContext,
  encodeContext,
  redactContext,
} from 'mcp-request-context'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

type Fields = Record<string, unknown>

const TOKEN = 'canary"\\\n🏔 canary'
const PIN = 739_146_217
/** They, and the word backwards. */
const SECRET = /canary|yranac|739146217/i

/** What a log could show of a value. */
function shown(value: unknown): string {
  const { message, stack, issues, data } = value as Partial<ContextError>
  const all = inspect(value, { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null })
  return [
    message,
    stack,
    JSON.stringify(issues),
    JSON.stringify(data),
    JSON.stringify(value),
    String(value),
    all,
  ].join()
}

async function encodeError(definition: AnyDefinition, value: unknown): Promise<ContextError> {
  try {
    await encodeContext(definition, value)
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
  throw new Error('accepted')
}

function refusing(validate: (value: Fields) => unknown): ContextSchema<Fields> {
  type Answer = ReturnType<ContextSchema<Fields>['~standard']['validate']>
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => validate(value as Fields) as Answer } }
}

const anything = refusing((value) => ({ value }))
const text = z.string()
const token = { tenant: 'acme', token: TOKEN }
const record = { tenant: 'acme', token: { canary: 'canary', other: 1 } }
const onTenant = (messageOf: (token: string) => string) =>
  z.object({ tenant: text, token: text }).superRefine((value, context) => {
    context.addIssue({ code: 'custom', path: ['tenant'], message: messageOf(value.token) })
  })

const cases: [string, unknown, unknown][] = [
  [
    'zod, with a message that quotes the field',
    z.object({ token: text.refine(() => false, { error: (issue) => `not ${issue.input}` }) }),
    token,
  ],
  ['valibot, which quotes the field', v.object({ token: v.pipe(v.string(), v.email()) }), token],
  ['arktype, which quotes the field', type({ token: 'string.email' }), token],
  ['valibot, which quotes a field of a wrong type', v.object({ token: v.number() }), token],
  ['arktype, which quotes a field of a wrong literal', type({ token: '"x"' }), token],
  ['arktype, which quotes a number', type({ token: 'number < 10' }), { token: PIN }],
  [
    'an asynchronous schema',
    v.objectAsync({
      token: v.pipeAsync(
        v.string(),
        v.checkAsync(
          async () => false,
          (issue) => `not ${issue.input}`,
        ),
      ),
    }),
    token,
  ],

  ['zod, in a record', z.object({ token: z.record(z.string(), z.number()) }), record],
  ['valibot, in a record', v.object({ token: v.record(v.string(), v.number()) }), record],
  ['arktype, in a record', type({ token: 'Record<string, number>' }), record],
  ['zod, which quotes the unknown members of a record', z.object({ token: z.strictObject({}) }), record],
  ['valibot, which quotes the unknown members of a record', v.object({ token: v.strictObject({}) }), record],
  ['arktype, which quotes the unknown members of a record', type({ token: { '+': 'reject' } }), record],
  ['zod, which quotes the keys of a record', z.object({ token: z.record(z.enum(['a']), z.unknown()) }), record],

  ['a refinement of another field', onTenant((token) => `not with ${token}`), token],
  ['a refinement that escapes what it quotes', onTenant((token) => `not with ${JSON.stringify(token)}`), token],
  [
    'a refinement that quotes as inspect does',
    onTenant((token) => `not with ${inspect(token)}`),
    { tenant: 'acme', token: `canary'"\`\n` },
  ],
  [
    'a refinement that quotes a number',
    z
      .object({ token: z.number() })
      .superRefine((value, context) =>
        context.addIssue({ code: 'custom', path: ['tenant'], message: `not with ${value.token}` }),
      ),
    { token: PIN },
  ],
  [
    'a refinement of a field that the schema trims',
    z
      .object({ tenant: text, token: text.trim() })
      .superRefine((value, context) =>
        context.addIssue({ code: 'custom', path: ['tenant'], message: `not with ${value.token}` }),
      ),
    { tenant: 'acme', token: ' canary ' },
  ],
  [
    'a refinement of the whole, in zod',
    z.looseObject({}).refine(() => false, { error: (issue) => `not ${JSON.stringify(issue.input)}` }),
    record,
  ],
  [
    'a refinement of the whole, in valibot',
    v.pipe(
      v.looseObject({}),
      v.check(
        () => false,
        (issue) => `not ${JSON.stringify(issue.input)}`,
      ),
    ),
    record,
  ],
  [
    'a refinement of the whole, in arktype, which quotes it',
    type('object').narrow((_value, context) => context.mustBe('consistent')),
    record,
  ],
  [
    'a refinement of the whole, in arktype, which alters what it quotes',
    type('object').narrow((_value, context) => context.reject({ expected: 'other', actual: 'yranac' })),
    { token: 'canary' },
  ],
  [
    'a message of thousands of characters',
    refusing(() => ({ issues: [{ path: ['tenant'], message: `${'x'.repeat(5000)}canary` }] })),
    token,
  ],
  [
    'a message that is no string',
    refusing(({ token }) => ({ issues: [{ path: ['tenant'], message: { token } }] })),
    token,
  ],
  [
    'a record that the schema moved to another name',
    refusing(() => ({ issues: [{ path: ['auth', 'canary'], message: 'must be a number' }] })),
    record,
  ],
  [
    'a schema that takes the field out before it refuses',
    refusing((value) => {
      const { token } = value
      delete value.token
      return { issues: [{ path: ['tenant'], message: `not with ${token}` }] }
    }),
    token,
  ],

  ['too many bytes', anything, { token: 'canary'.repeat(5000) }],
  ['too many bytes in a record', anything, { token: { ['canary'.repeat(5000)]: 1 } }],
  ['too many levels', anything, { token: { canary: [[[[[[[['canary']]]]]]]] } }],
  [
    'too many fields',
    anything,
    { token: TOKEN, ...Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`f${index}`, 1])) },
  ],

  ['a function', anything, { token: { canary: function canary() {} } }],
  ['a symbol', anything, { token: [Symbol('canary')] }],
  ['a BigInt', anything, { token: { canary: BigInt(PIN) } }],
  ['NaN', anything, { token: { canary: Number.NaN } }],
  ['a Map', anything, { token: { canary: new Map([['canary', 'canary']]) } }],
  ['a nested __proto__', anything, { token: JSON.parse('{ "canary": { "__proto__": { "canary": 1 } } }') }],

  [
    'a schema that throws',
    refusing(({ token }) => {
      throw new Error(`cannot parse ${token}`)
    }),
    token,
  ],
  ['a schema that rejects', refusing(({ token }) => Promise.reject(new Error(`cannot parse ${token}`))), token],
  [
    'a schema that throws the value itself',
    refusing((value) => {
      throw value
    }),
    token,
  ],
]

describe.each(cases)('a sensitive value stays out of the error of %s', (_claim, schema, value) => {
  const definition = defineContext({ schema: schema as ContextSchema<Fields>, sensitive: ['token'] })

  it('on the side of the sender', async () => {
    expect(shown(await encodeError(definition, value))).not.toMatch(SECRET)
  })

  it('on the side of the receiver', async () => {
    const result = await decodeContext(definition, value)
    expect(result.ok).toBe(false)
    expect(shown(result.rejection)).not.toMatch(SECRET)
  })
})

describe('an error still says', () => {
  it('what is wrong with the whole, where no field is sensitive', async () => {
    const definition = defineContext({ schema: z.looseObject({}).refine(() => false, 'needs a tenant or a user') })
    const issues = [{ path: [], message: 'needs a tenant or a user' }]
    expect(await decodeContext(definition, token)).toMatchObject({ rejection: { issues } })
  })

  it('which sensitive field is wrong', async () => {
    const definition = defineContext({ schema: z.object({ token: z.record(text, z.number()) }), sensitive: ['token'] })
    const issues = [{ path: ['token'], message: 'is not valid' }]
    expect(await decodeContext(definition, record)).toMatchObject({ rejection: { issues } })
    expect((await encodeError(definition, record)).message).toMatch(/: token: is not valid/)
  })

  it('what is wrong with another field', async () => {
    const definition = defineContext({ schema: z.object({ tenant: text, token: text }), sensitive: ['token'] })
    const issues = [{ path: ['tenant'], message: expect.stringContaining('expected string') }]
    expect(await decodeContext(definition, { tenant: 7, token: 'canary' })).toMatchObject({ rejection: { issues } })
  })

  it('what is wrong with another field whose message happens to have an empty token', async () => {
    const definition = defineContext({ schema: z.object({ tenant: text, token: text }), sensitive: ['token'] })
    const issues = [{ path: ['tenant'], message: expect.stringContaining('expected string') }]
    expect(await decodeContext(definition, { tenant: 7, token: '' })).toMatchObject({ rejection: { issues } })
  })
})

it.each<[string, ContextSchema<{ list: number[] }>]>([
  ['zod', z.object({ list: z.array(z.number()) })],
  ['valibot', v.object({ list: v.array(v.number()) })],
  ['arktype', type({ list: 'number[]' })],
])('of 2000 issues that %s finds, some twenty are listed and the rest counted', async (_library, schema) => {
  const definition = defineContext({ schema })
  const value = { list: new Array(2000).fill('') }
  const { rejection } = await decodeContext(definition, value)
  expect(rejection?.issues.length).toBe(21)
  expect(rejection?.issues.at(-1)?.message).toContain('1980')
  expect((await encodeError(definition, value)).issues).toStrictEqual(rejection?.issues)
})

describe('redactContext', () => {
  const definition = defineContext({
    schema: z.object({ tenant: text, token: z.unknown(), pin: z.number().optional() }),
    sensitive: ['token', 'pin'],
  })

  it.each<[string, object, object]>([
    ['a sensitive field', { tenant: 'acme', token: 'canary' }, { tenant: 'acme', token: '[redacted]' }],
    ['a sensitive record', { tenant: 'acme', token: { canary: 1 } }, { tenant: 'acme', token: '[redacted]' }],
    ['every sensitive field', { token: 'a', pin: 7 }, { token: '[redacted]', pin: '[redacted]' }],
    ['an empty one, whose emptiness is its value', { token: '' }, { token: '[redacted]' }],
    ['one that is null', { token: null }, { token: '[redacted]' }],
    ['none that is absent', { tenant: 'acme' }, { tenant: 'acme' }],
    ['none that is inherited', Object.create({ token: 'canary' }), {}],
  ])('hides %s', (_claim, value, redacted) => {
    expect(redactContext(definition, value)).toStrictEqual(redacted)
  })

  it('leaves the context as it was', () => {
    const value = Object.freeze({ tenant: 'acme', token: 'canary' })
    redactContext(definition, value)
    expect(value).toEqual({ tenant: 'acme', token: 'canary' })
  })

  it('gives a copy where nothing is hidden', () => {
    const value = { tenant: 'acme' }
    const redacted = redactContext(definition, value)
    expect(redacted).not.toBe(value)
    redacted.tenant = 'other'
    expect(value.tenant).toBe('acme')
  })
})

describe('redactContext of what a schema made', () => {
  const TOKEN = 'Bearer eyJhbGciOiJIUzI1NiJ9.canary'
  type Schema = ContextSchema<Fields>

  it.each<[string, ContextSchema, (transformed: Record<string, never>) => unknown]>([
    [
      'moved to another name',
      z.object({ tenant: text, token: text }).transform((o) => ({ tenant: o.tenant, auth: { bearer: o.token } })),
      ({ auth }) => auth,
    ],
    [
      'put into a text',
      z.object({ tenant: text, token: text }).transform((o) => ({ tenant: o.tenant, header: `token=${o.token};` })),
      ({ header }) => header,
    ],
    [
      'cut in two',
      z
        .object({ tenant: text, token: text.transform((token) => token.split(' ')) })
        .transform((o) => ({ ...o, parts: o.token })),
      ({ parts }) => parts,
    ],
    [
      'used as the name of a member',
      z.object({ tenant: text, token: text }).transform((o) => ({ tenant: o.tenant, users: { [o.token]: true } })),
      ({ users }) => users,
    ],
    [
      'put into a Map',
      z.object({ tenant: text, token: text }).transform((o) => ({ tenant: o.tenant, map: new Map([['t', o.token]]) })),
      ({ map }) => map,
    ],
    [
      'copied beside itself',
      z.object({ tenant: text, token: text }).transform((o) => ({ ...o, copies: [o.token] })),
      ({ copies }) => copies,
    ],
    [
      'moved by an asynchronous schema',
      v.pipeAsync(
        v.object({ tenant: v.string(), token: v.string() }),
        v.transformAsync(async (o) => ({ tenant: o.tenant, bearer: o.token })),
      ),
      ({ bearer }) => bearer,
    ],
    [
      'moved by arktype',
      type({ tenant: 'string', token: 'string' }).pipe((o) => ({ tenant: o.tenant, bearer: o.token })),
      ({ bearer }) => bearer,
    ],
  ])('hides a token that was %s, and nothing else', async (_claim, schema, placed) => {
    const definition = defineContext({ schema: schema as Schema, sensitive: ['token'] })
    const { context } = await decodeContext(definition, { tenant: 'acme', token: TOKEN })
    expect(shown(placed(context as never))).toMatch(SECRET)
    const redacted = redactContext(definition, context as object) as Fields
    expect(redacted.tenant).toBe('acme')
    expect(shown(redacted)).not.toMatch(/canary|eyJhbGci/i)
  })

  it('hides the names and the values of a record', async () => {
    const schema = z
      .object({ token: z.record(text, text) })
      .transform(({ token }) => ({ list: Object.entries(token), token: 1 }))
    const definition = defineContext({ schema, sensitive: ['token'] })
    const { context } = await decodeContext(definition, { token: { canary: 'the canary' } })
    expect(redactContext(definition, context as object)).toEqual({
      list: [['[redacted]', '[redacted]']],
      token: '[redacted]',
    })
  })

  it('shows a date, a number and what else is no secret', async () => {
    const schema = z.object({ tenant: text, token: text, at: text.transform((at) => new Date(at)), n: z.number() })
    const definition = defineContext({ schema, sensitive: ['token'] })
    const { context } = await decodeContext(definition, {
      tenant: 'acme',
      token: 'acme-canary',
      at: '2026-01-01',
      n: 7,
    })
    expect(redactContext(definition, context as object)).toEqual({
      tenant: 'acme',
      token: '[redacted]',
      at: new Date('2026-01-01'),
      n: 7,
    })
  })
})

describe('of a sensitive field is told', () => {
  it.each<[string, ContextSchema]>([
    ['zod', z.object({ token: z.string() })],
    ['valibot', v.object({ token: v.string() })],
    ['arktype', type({ token: 'string' })],
  ])('by %s that it is missing, or its type', async (_library, schema) => {
    const definition = defineContext({ schema: schema as ContextSchema<Fields>, sensitive: ['token'] })
    const issuesOf = async (raw: object) => (await decodeContext(definition, raw)).rejection?.issues
    expect(await issuesOf({})).toEqual([{ path: ['token'], message: 'is missing' }])
    expect(await issuesOf({ token: PIN })).toEqual([
      { path: ['token'], message: expect.stringMatching(/^must be (a )?string$/) },
    ])
    expect(await issuesOf({ token: { canary: 'canary' } })).toEqual([
      { path: ['token'], message: expect.stringMatching(/^must be (a )?string$/) },
    ])
  })

  it('what its author declared safe to show, unless it quotes the value', async () => {
    const schema = z.object({
      token: text.superRefine((token, context) => {
        context.addIssue({ code: 'custom', message: 'token expired' })
        context.addIssue({ code: 'custom', message: `not ${token}` })
      }),
    })
    const messagesOf = async (safeMessages?: 'token'[]) => {
      const definition = defineContext({ schema, sensitive: ['token'], safeMessages })
      const { rejection } = await decodeContext(definition, { token: 'canary' })
      return rejection?.issues.map(({ message }) => message)
    }
    expect(await messagesOf()).toEqual(['is not valid', 'is not valid'])
    expect(await messagesOf(['token'])).toEqual(['token expired', 'is not valid'])
  })
})
