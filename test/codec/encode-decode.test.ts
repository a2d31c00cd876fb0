import { type } from 'arktype'
import {
  ContextError,
  type ContextInput,
  type ContextRejection,
  type ContextSchema,
  decodeContext,
  defineContext,
  encodeContext,
} from 'mcp-request-context'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

type Fields = Record<string, unknown>
type Answer = ReturnType<ContextSchema<Fields>['~standard']['validate']>

/** A Standard Schema of no library. */
function schemaOf(validate: (value: Fields) => unknown): ContextSchema<Fields> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => validate(value as Fields) as Answer } }
}

/** Leaves every rejection to the codec. */
const anything = defineContext({ schema: schemaOf((value) => ({ value })) })

interface Tenant {
  tenant: string
  retries?: number | undefined
  tags?: string[] | undefined
}

const libraries = [
  {
    library: 'zod',
    definition: defineContext<ContextSchema<Tenant>>({
      schema: z.object({
        tenant: z.string(),
        retries: z.number().int().optional(),
        tags: z.array(z.string()).optional(),
      }),
    }),
  },
  {
    library: 'valibot',
    definition: defineContext<ContextSchema<Tenant>>({
      schema: v.object({
        tenant: v.string(),
        retries: v.optional(v.pipe(v.number(), v.integer())),
        tags: v.optional(v.array(v.string())),
      }),
    }),
  },
  {
    library: 'arktype',
    definition: defineContext<ContextSchema<Tenant>>({
      schema: type({ tenant: 'string', 'retries?': 'number.integer | undefined', 'tags?': 'string[] | undefined' }),
    }),
  },
]

const pristine = Reflect.ownKeys(Object.prototype)
let prototypeBefore: PropertyDescriptorMap
beforeAll(() => {
  prototypeBefore = Object.getOwnPropertyDescriptors(Object.prototype)
})
afterAll(() => {
  // What any test here did to every object of the process would show now.
  expect(Reflect.ownKeys(Object.prototype)).toEqual(pristine)
  expect(Object.getOwnPropertyDescriptors(Object.prototype)).toEqual(prototypeBefore)
})

describe.each(libraries)('a schema of $library', ({ definition }) => {
  it.each<[string, Tenant]>([
    ['a required field alone', { tenant: 'acme' }],
    ['every field', { tenant: 'acme', retries: 3, tags: ['a', 'b'] }],
    ['empty values', { tenant: '', retries: 0, tags: [] }],
    ['text beyond ASCII', { tenant: 'Zürich 🏔' }],
  ])('takes %s there and back, at once', (_claim, value) => {
    const wire = encodeContext(definition, value)
    expect(wire).toEqual(value)
    expect(decodeContext(definition, JSON.parse(JSON.stringify(wire)))).toEqual({ ok: true, context: value })
  })

  it.each<[string, unknown, unknown[]]>([
    ['without a required field', {}, ['tenant']],
    ['with a field of a wrong type', { tenant: 7 }, ['tenant']],
    ['with a nested value of a wrong type', { tenant: 'acme', tags: ['a', 7] }, ['tags', 1]],
    ['with a number of a wrong kind', { tenant: 'acme', retries: 1.5 }, ['retries']],
  ])('refuses a context %s on both sides, with the path', (_claim, value, path) => {
    const refused = expect.objectContaining({
      code: 'invalid',
      message: expect.stringContaining(`: ${path.join('.')}: `),
    })
    expect(() => encodeContext(definition, value as Tenant)).toThrow(refused)
    const result = decodeContext(definition, value)
    expect(JSON.parse(JSON.stringify(result))).toMatchObject({ ok: false, rejection: { data: { issues: [{ path }] } } })
  })
})

it.each<[string, ContextSchema<Fields>]>([
  ['zod', z.looseObject({}).refine(() => false)],
  [
    'valibot',
    v.pipe(
      v.looseObject({}),
      v.check(() => false),
    ),
  ],
  ['arktype', type('object').narrow((_value, context) => context.mustBe('consistent')) as ContextSchema<Fields>],
  ['no library', schemaOf(() => ({ issues: [{ message: 'is inconsistent' }] }))],
])('an issue of the whole context has an empty path with %s, and the path is a plain array', (_library, schema) => {
  const result = decodeContext(defineContext({ schema }), { tenant: 'acme' })
  const { rejection } = result as { rejection: ContextRejection }
  expect(rejection.data.issues.map(({ path }) => path)).toStrictEqual([[]])
})

describe('the wire carries what the schema takes, the server gets what it gives', () => {
  const wire = { count: '7' }
  it.each([
    [
      'zod',
      defineContext({ schema: z.object({ count: z.string().transform(Number), region: z.string().default('eu') }) }),
    ],
    [
      'valibot',
      defineContext({
        schema: v.object({ count: v.pipe(v.string(), v.transform(Number)), region: v.optional(v.string(), 'eu') }),
      }),
    ],
    ['arktype', defineContext({ schema: type({ count: 'string.numeric.parse', region: 'string = "eu"' }) })],
  ])('with %s', (_library, definition) => {
    expect(encodeContext(definition, wire)).toEqual(wire)
    expect(decodeContext(definition, wire)).toEqual({ ok: true, context: { count: 7, region: 'eu' } })
  })

  it('even when the schema changes the value that it is given', () => {
    const schema = schemaOf((value) => {
      value.tenant = 'changed'
      ;(value.tags as string[]).push('changed')
      return { value }
    })
    const given = { tenant: 'acme', tags: ['a'] }
    expect(encodeContext(defineContext({ schema }), given)).toEqual({ tenant: 'acme', tags: ['a'] })
    expect(given).toEqual({ tenant: 'acme', tags: ['a'] })
  })
})

describe('an asynchronous schema', () => {
  const good = (value: string) => value !== 'bad'
  const check = ({ tenant, ...rest }: Fields) =>
    good(String(tenant)) ? { value: { tenant, ...rest } } : { issues: [{ message: 'is bad', path: ['tenant'] }] }

  describe.each([
    ['of zod', z.object({ tenant: z.string().refine(async (tenant) => good(tenant)) })],
    [
      'of valibot',
      v.objectAsync({
        tenant: v.pipeAsync(
          v.string(),
          v.checkAsync(async (tenant) => good(tenant)),
        ),
      }),
    ],
    ['that returns a promise', schemaOf(async (value) => check(value))],
    [
      'that returns a thenable',
      schemaOf((value) => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable is the case
        then: (resolve: (result: unknown) => void) => queueMicrotask(() => resolve(check(value))),
      })),
    ],
  ] as [string, ContextSchema<Fields>][])('%s', (_claim, schema) => {
    const definition = defineContext({ schema })

    it('is waited for when it accepts', async () => {
      expect(await encodeContext(definition, { tenant: 'acme' })).toEqual({ tenant: 'acme' })
      expect(await decodeContext(definition, { tenant: 'acme' })).toEqual({ ok: true, context: { tenant: 'acme' } })
    })

    it('is waited for when it refuses', async () => {
      const issues = [{ path: ['tenant'] }]
      await expect(async () => encodeContext(definition, { tenant: 'bad' })).rejects.toMatchObject({
        code: 'invalid',
        issues,
      })
      expect(await decodeContext(definition, { tenant: 'bad' })).toMatchObject({
        ok: false,
        rejection: { reason: 'invalid', issues },
      })
    })

    it('freezes what it gives', async () => {
      const decoded = await decodeContext(definition, { tenant: 'acme' })
      expect(decoded.context).toSatisfy(Object.isFrozen)
    })

    it('is not asked about what JSON cannot carry', () => {
      expect(() => encodeContext(definition, { tenant: () => 'acme' })).toThrow(ContextError)
    })
  })
})

it.each<[string, (value: Fields) => unknown]>([
  [
    'throws',
    () => {
      throw new TypeError('database down')
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('database down'))],
  ['rejects with nothing', () => Promise.reject()],
  [
    'returns a thenable that throws',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable is the case
      then() {
        throw new TypeError('database down')
      },
    }),
  ],
])(
  'a schema that %s refuses the context on both sides, and what it threw stays out of the text',
  async (_claim, run) => {
    const definition = defineContext({ schema: schemaOf(run) })
    const error: unknown = await Promise.resolve()
      .then(() => encodeContext(definition, { tenant: 'acme' }))
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ContextError)
    expect(error).toMatchObject({ code: 'invalid', message: expect.not.stringContaining('database') })
    const decoded = await decodeContext(definition, { tenant: 'acme' })
    expect(decoded).toMatchObject({ ok: false, rejection: { reason: 'invalid' } })
    expect(JSON.stringify(decoded)).not.toContain('database')
  },
)

describe('a decoded context', () => {
  it('is frozen, and so is what is nested in it', () => {
    const { context } = decoded({ user: { id: 7, roles: ['admin', { of: ['acme'] }] } })
    const { user } = context as { user: { roles: [string, { of: string[] }] } }
    for (const part of [context, user, user.roles, user.roles[1], user.roles[1].of]) {
      expect(part).toSatisfy(Object.isFrozen)
    }
  })

  it('is frozen within an object that the schema froze itself', () => {
    const schema = z.object({ user: z.object({ roles: z.array(z.string()) }) }).readonly()
    const result = decodeContext(defineContext({ schema }), { user: { roles: ['admin'] } })
    const { context } = result as { context: { user: { roles: string[] } } }
    for (const part of [context, context.user, context.user.roles]) expect(part).toSatisfy(Object.isFrozen)
  })

  it('is frozen where the schema makes it without a prototype', () => {
    const schema = schemaOf(() => ({ value: Object.assign(Object.create(null), { user: Object.create(null) }) }))
    const { context } = decodeContext(defineContext({ schema }), {}) as { context: Fields }
    for (const part of [context, context.user]) expect(part).toSatisfy(Object.isFrozen)
  })

  it('may hold what a schema makes, a cycle too', () => {
    const since = new Date(0)
    const schema = schemaOf(() => {
      const self: Fields = { since, tags: new Set(['a']) }
      self.self = self
      return { value: self }
    })
    const { context } = decodeContext(defineContext({ schema }), {}) as { context: Fields }
    expect(context.self).toBe(context)
    expect(context.since).toBe(since)
    expect(since).not.toSatisfy(Object.isFrozen)
    expect(context.tags).toEqual(new Set(['a']))
  })

  it('shares nothing with the raw value, which stays as it was', () => {
    const raw = { user: { roles: ['admin'] } }
    const { context } = decoded(raw)
    for (const part of [raw, raw.user, raw.user.roles]) expect(part).not.toSatisfy(Object.isFrozen)
    expect(raw).toEqual({ user: { roles: ['admin'] } })
    raw.user.roles.push('root')
    expect(context).toEqual({ user: { roles: ['admin'] } })
  })
})

describe('an encoded context', () => {
  it('shares nothing with the caller’s own object, which stays as it was', () => {
    const given = { user: { roles: ['admin'], none: undefined }, none: undefined }
    const wire = encodeContext(anything, given) as { user: { roles: string[] } }
    for (const part of [given, given.user, given.user.roles]) expect(part).not.toSatisfy(Object.isFrozen)
    expect(given).toStrictEqual({ user: { roles: ['admin'], none: undefined }, none: undefined })
    given.user.roles.push('root')
    expect(wire).toEqual({ user: { roles: ['admin'] } })
  })

  it('may be made of frozen objects', () => {
    const given = Object.freeze({ user: Object.freeze({ roles: Object.freeze(['admin']) }) })
    expect(encodeContext(anything, given)).toEqual({ user: { roles: ['admin'] } })
  })

  class User {
    readonly #secret = 'private'
    readonly name = 'ann'
    get greeting() {
      return `${this.name} ${this.#secret}`
    }
  }
  class Self {
    readonly id = 7
    toJSON() {
      return this
    }
  }
  const twice = { id: 7 }
  it.each<[string, Fields, Fields]>([
    ['no field that is undefined', { a: 1, b: undefined, c: { d: undefined } }, { a: 1, c: {} }],
    [
      'a Date as its string',
      { at: new Date(0), all: [new Date(0)] },
      JSON.parse('{"at":"1970-01-01T00:00:00.000Z","all":["1970-01-01T00:00:00.000Z"]}'),
    ],
    ['what toJSON makes', { url: new URL('https://a.example/b') }, { url: 'https://a.example/b' }],
    ['what toJSON makes of a nested object', { a: { toJSON: () => ({ b: [1] }) } }, { a: { b: [1] } }],
    [
      'what toJSON makes, asked once',
      { a: new Self(), b: { toJSON: () => new Self() } },
      { a: { id: 7 }, b: { id: 7 } },
    ],
    ['the own fields of a class instance', { user: new User() }, { user: { name: 'ann' } }],
    ['an object twice that is no cycle', { a: twice, b: [twice, twice] }, { a: { id: 7 }, b: [{ id: 7 }, { id: 7 }] }],
    ['null', { a: null, b: [null] }, { a: null, b: [null] }],
    ['an empty context', {}, {}],
    ['a minus zero as JSON does', { a: -0 }, { a: -0 }],
  ])('carries %s', (_claim, given, wire) => {
    const encoded = encodeContext(anything, given)
    expect(encoded).toStrictEqual(wire)
    expect(JSON.stringify(encoded)).toBe(JSON.stringify(given))
  })

  it('carries the fields of an object without a prototype', () => {
    expect(encodeContext(anything, Object.assign(Object.create(null), { tenant: 'acme' }))).toEqual({ tenant: 'acme' })
  })

  it.each<[string, Fields]>([
    ['flat', { tenant: 'acme', [Symbol('s')]: 'acme' }],
    ['nested', { tenant: { id: 7, [Symbol('s')]: 'acme' } }],
  ])('gives a receiver nothing under a symbol, in memory either (%s)', (_claim, given) => {
    const { context } = decodeContext(anything, encodeContext(anything, given)) as { context: Fields }
    const keys = [...Reflect.ownKeys(context), ...Reflect.ownKeys(Object(context.tenant))]
    expect(keys.filter((key) => typeof key === 'symbol')).toEqual([])
  })

  it.each<[string, Fields]>([
    ['flat', {}],
    ['with nesting', { user: {} }],
    ['beyond ASCII', { region: 'Zürich' }],
  ])('reads each value of the caller once (%s)', (_claim, rest) => {
    let reads = 0
    const given = {
      get tenant() {
        return `acme ${++reads}`
      },
      ...rest,
    }
    expect(encodeContext(anything, given)).toEqual({ tenant: 'acme 1', ...rest })
    expect(reads).toBe(1)
  })
})

describe('a value that JSON cannot carry is refused with its path', () => {
  const direct: Fields = { id: 7 }
  direct.self = direct
  const list: unknown[] = []
  list.push({ list })
  const above: Fields = { id: 7 }
  above.below = { toJSON: () => above }

  it.each<[string, Fields, (string | number)[], string]>([
    ['a function', { f: () => 1 }, ['f'], 'function'],
    ['a nested function', { a: { b: [0, () => 1] } }, ['a', 'b', 1], 'function'],
    ['a class', { C: class {} }, ['C'], 'function'],
    ['a symbol', { s: Symbol('s') }, ['s'], 'symbol'],
    ['a BigInt', { n: 7n }, ['n'], 'bigint'],
    ['NaN', { n: Number.NaN }, ['n'], 'NaN'],
    ['Infinity', { n: Number.POSITIVE_INFINITY }, ['n'], 'Infinity'],
    ['-Infinity', { a: { n: Number.NEGATIVE_INFINITY } }, ['a', 'n'], '-Infinity'],
    ['undefined in an array', { a: [1, undefined] }, ['a', 1], 'undefined'],
    ['a hole in an array', { a: new Array(3) }, ['a', 0], 'undefined'],
    ['a Map', { m: new Map() }, ['m'], 'Map'],
    ['a Set', { s: new Set() }, ['s'], 'Set'],
    ['a RegExp', { r: /x/ }, ['r'], 'RegExp'],
    ['a Promise', { p: Promise.resolve('acme') }, ['p'], 'Promise'],
    ['an Error', { e: new Error('x') }, ['e'], 'Error'],
    ['bytes', { b: new ArrayBuffer(1) }, ['b'], 'ArrayBuffer'],
    ['a boxed number', { n: Object(7) }, ['n'], 'Number'],
    ['a function out of toJSON', { a: { toJSON: () => () => 1 } }, ['a'], 'function'],
    ['a cycle to the context', direct, ['self'], 'cycles'],
    ['a cycle through an array', { list }, ['list', 0, 'list'], 'cycles'],
    ['a cycle through toJSON', { a: above }, ['a', 'below'], 'cycles'],
    ['a cycle through toJSON to the context', above, ['below'], 'cycles'],
  ])('%s', (_claim, value, path, what) => {
    const message = `JSON has no ${what}`
    expect(() => encodeContext(anything, value)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        issues: [{ path, message }],
        message: `Cannot send: Invalid request context ${anything.key}: ${path.join('.')}: ${message}`,
      }),
    )
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['an array', []],
    ['a string', 'acme'],
    ['a function', () => ({})],
    ['a Map', new Map()],
    ['a Date', new Date(0)],
  ])('%s as the context itself, without a path', (_claim, value) => {
    expect(() => encodeContext(anything, value as Fields)).toThrow(
      expect.objectContaining({ code: 'invalid', issues: [{ path: [], message: expect.any(String) }] }),
    )
  })

  it('a value whose getter throws, with what was thrown as the cause', () => {
    const cause = new Error('vault sealed')
    const given = {
      get token(): string {
        throw cause
      },
    }
    expect(() => encodeContext(anything, given)).toThrow(expect.objectContaining({ code: 'invalid', cause }))
  })
})

describe('a field name', () => {
  const illegal: [string, string][] = [
    ['__proto__', '__proto__'],
    ['with a space', 'a b'],
    ['empty', ''],
    ['of 65 characters', `a${'b'.repeat(64)}`],
    ['that starts with a digit', '1a'],
    ['that starts with an underscore', '_a'],
    ['with a dot', 'a.b'],
    ['with a line break at its end', 'a\n'],
    ['that is not ASCII', 'größe'],
  ]
  it.each(illegal)('%s is refused on both sides', (_claim, name) => {
    const raw: Fields = JSON.parse(`{ ${JSON.stringify(name)}: "x" }`)
    const message = expect.stringContaining(`field name ${JSON.stringify(name)} `)
    expect(() => encodeContext(anything, raw)).toThrow(
      expect.objectContaining({ code: 'invalid', issues: [{ path: [], message }] }),
    )
    expect(decodeContext(anything, raw)).toMatchObject({
      ok: false,
      rejection: { reason: 'invalid', issues: [{ path: [], message }] },
    })
  })

  it.each([
    ['directly', '{ "a": { "__proto__": { "polluted": true } } }', ['a']],
    ['in an array', '{ "a": [{ "b": { "__proto__": 1 } }] }', ['a', 0, 'b']],
  ])('__proto__ is refused nested %s', (_claim, json, path) => {
    const issues = [{ path, message: '"__proto__" cannot be a name' }]
    expect(decodeContext(anything, JSON.parse(json))).toMatchObject({
      ok: false,
      rejection: { reason: 'invalid', issues },
    })
    expect(() => encodeContext(anything, JSON.parse(json))).toThrow(
      expect.objectContaining({ code: 'invalid', issues }),
    )
    expect(({} as Fields).polluted).toBeUndefined()
  })

  it.each([
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    'then',
    'toJSON',
    'hasOwnProperty',
    'isPrototypeOf',
    'a',
    'x-y_Z9',
    `a${'b'.repeat(63)}`,
  ])('%s is legal, and there and back a field of its own', async (name) => {
    const wire = await encodeContext(anything, { [name]: 'acme' })
    expect(Object.entries(wire)).toEqual([[name, 'acme']])
    expect(Object.getPrototypeOf(wire)).toBe(Object.prototype)
    expect(JSON.stringify(wire)).toBe(`{"${name}":"acme"}`)
    const result = await decodeContext(anything, JSON.parse(JSON.stringify(wire)))
    expect(Object.entries(result.context ?? {})).toEqual([[name, 'acme']])
  })

  it('that is legal nested may be any but __proto__', () => {
    const wire = { a: { '': 1, 'b c': 2, '1': 3, constructor: { prototype: 4 }, größe: 5 } }
    expect(JSON.stringify(encodeContext(anything, wire))).toBe(JSON.stringify(wire))
  })

  it('that an object inherits is no field', () => {
    const inherited = Object.create({ tenant: 'acme' }) as Fields
    expect(encodeContext(anything, inherited)).toEqual({})
  })
})

describe('decodeContext never throws on what a peer sent', () => {
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const throwing = () => {
    throw new Error('trap')
  }
  const traps = new Proxy({ a: 1 }, { get: throwing, ownKeys: throwing, has: throwing, getPrototypeOf: throwing })

  it.each<[string, unknown]>([
    ['null', null],
    ['an empty array', []],
    ['an array of contexts', [{ tenant: 'acme' }]],
    ['a string', 'acme'],
    ['a number', 7],
    ['NaN', Number.NaN],
    ['true', true],
    ['a symbol', Symbol('s')],
    ['a function', () => {}],
    ['objects 10,000 deep', JSON.parse(`${'{"a":'.repeat(10_000)}0${'}'.repeat(10_000)}`)],
    ['arrays 10,000 deep', { a: JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) }],
    ['a string of 5 MB as the context', 'x'.repeat(5_000_000)],
    ['a string of 5 MB in a field', { a: 'x'.repeat(5_000_000) }],
    ['a name of 5 MB', { ['x'.repeat(5_000_000)]: 1 }],
    ['a nested name of 5 MB', { a: { ['x'.repeat(5_000_000)]: 1 } }],
    ['100,000 fields', Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, 0]))],
    ['100,000 nested members', { a: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [index, 0])) }],
    ['1,000,000 items', { a: new Array(1_000_000).fill(0) }],
    ['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: throwing })],
    ['a nested getter that throws', { a: Object.defineProperty({}, 'b', { enumerable: true, get: throwing }) }],
    ['a tag that throws', Object.create(null, { [Symbol.toStringTag]: { get: throwing } })],
    ['a toJSON that throws', { a: { toJSON: throwing } }],
    ['a Proxy that throws', traps],
    ['a nested Proxy that throws', { a: traps }],
    ['a revoked Proxy', revoked.proxy],
    ['a nested revoked Proxy', { a: [revoked.proxy] }],
  ])('%s', (_claim, raw) => {
    const result = decodeContext(anything, raw)
    expect(result).toMatchObject({ ok: false, rejection: { reason: expect.stringMatching(/^(invalid|too_large)$/) } })
    // The answer to a large context is a small one.
    expect(JSON.stringify(result).length).toBeLessThan(1000)
  })

  it('and says of what throws that it could not be read', () => {
    expect(decodeContext(anything, traps)).toMatchObject({
      rejection: {
        issues: [{ path: [], message: 'the schema or a getter threw' }],
        message: `Invalid request context ${anything.key}: the schema or a getter threw`,
      },
    })
  })

  it('and says of no context that it is missing', () => {
    expect(decodeContext(anything, undefined)).toMatchObject({
      ok: false,
      rejection: {
        reason: 'missing',
        issues: [],
        message: `Missing request context ${anything.key}: a client adds it with withContext()`,
      },
    })
  })
})

function decoded(raw: ContextInput<typeof anything>): { context: Fields } {
  const result = decodeContext(anything, raw)
  if (!('ok' in result) || !result.ok) throw new Error('refused')
  return result
}
