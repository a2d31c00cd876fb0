import {
  type ContextLimits,
  type ContextSchema,
  DEFAULT_LIMITS,
  decodeContext,
  defineContext,
  encodeContext,
} from 'mcp-request-context'
import { describe, expect, it } from 'vitest'

type Fields = Record<string, unknown>

const schema: ContextSchema<Fields> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Fields }) },
}

function limited(limits?: Partial<ContextLimits>) {
  return defineContext({ schema, limits })
}

function fieldsOf(count: number): Fields {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 0]))
}

/** A context of so many levels, itself the first. */
function objectsOf(levels: number): Fields {
  return levels === 1 ? {} : { a: objectsOf(levels - 1) }
}

function arraysOf(levels: number): unknown {
  return levels === 0 ? 0 : [arraysOf(levels - 1)]
}

/** A context of so many bytes of JSON. */
function bytesOf(size: number): Fields {
  return { text: 'x'.repeat(size - '{"text":""}'.length) }
}

describe.each<[keyof ContextLimits, string, Partial<ContextLimits> | undefined, Fields, Fields, string, string[]]>([
  ['maxBytes', 'by default', undefined, bytesOf(8192), bytesOf(8193), 'context is over the limit maxBytes: 8192', []],
  ['maxBytes', 'far passed', undefined, {}, bytesOf(9120), 'context is over the limit maxBytes: 8192', []],
  ['maxBytes', 'of its own', { maxBytes: 20 }, bytesOf(20), bytesOf(21), 'context is over the limit maxBytes: 20', []],
  ['maxFields', 'by default', undefined, fieldsOf(64), fieldsOf(65), 'context is over the limit maxFields: 64', []],
  ['maxFields', 'of its own', { maxFields: 3 }, fieldsOf(3), fieldsOf(4), 'context is over the limit maxFields: 3', []],
  ['maxFields', 'far passed', { maxFields: 3 }, {}, fieldsOf(90), 'context is over the limit maxFields: 3', []],
  [
    'maxDepth',
    'by default',
    undefined,
    objectsOf(8),
    objectsOf(9),
    'context is over the limit maxDepth: 8',
    ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a'],
  ],
  [
    'maxDepth',
    'of its own',
    { maxDepth: 2 },
    { a: 1, b: {}, c: [] },
    { a: 1, b: { c: {} } },
    'context is over the limit maxDepth: 2',
    ['b', 'c'],
  ],
  [
    'maxDepth',
    'of a context without nesting',
    { maxDepth: 1 },
    { a: 1 },
    { a: {} },
    'context is over the limit maxDepth: 1',
    ['a'],
  ],
])('%s %s', (_limit, _claim, limits, most, over, message, path) => {
  const definition = limited(limits)

  it('accepts exactly the limit on both sides', () => {
    expect(encodeContext(definition, most)).toEqual(most)
    expect(decodeContext(definition, most)).toEqual({ ok: true, context: most })
  })

  it('tells a sender that is over it the path and the limit', () => {
    expect(() => encodeContext(definition, over)).toThrow(
      expect.objectContaining({
        code: 'too_large',
        issues: [{ path, message }],
        message: expect.stringContaining(message),
        // What a gateway could not send is no fault of its caller's context.
        data: undefined,
      }),
    )
  })

  it('refuses a peer that is over it, with the path and the limit', () => {
    const issues = [{ path, message }]
    expect(decodeContext(definition, over)).toMatchObject({ ok: false, rejection: { reason: 'too_large', issues } })
  })
})

describe('what counts', () => {
  it('as a field is only one that has a value', () => {
    const given = { ...fieldsOf(3), none: undefined }
    expect(encodeContext(limited({ maxFields: 3 }), given)).toEqual(fieldsOf(3))
    expect(() => encodeContext(limited({ maxFields: 2 }), given)).toThrow('context is over the limit maxFields: 2')
  })

  it('as bytes is only what travels', () => {
    const given = { a: 1, none: undefined, b: { none: undefined } }
    expect(encodeContext(limited({ maxBytes: '{"a":1,"b":{}}'.length }), given)).toEqual({ a: 1, b: {} })
    expect(() => encodeContext(limited({ maxBytes: 13 }), given)).toThrow('context is over the limit maxBytes: 13')
  })

  it('as a level is an array too', () => {
    expect(encodeContext(limited({ maxDepth: 3 }), { a: arraysOf(2) })).toEqual({ a: [[0]] })
    expect(() => encodeContext(limited({ maxDepth: 3 }), { a: arraysOf(3) })).toThrow(
      'a.0.0: context is over the limit maxDepth: 3',
    )
  })

  it('as a field is none that is nested', () => {
    const given = { a: fieldsOf(70) }
    expect(encodeContext(limited(), given)).toEqual(given)
  })

  it('is the string of a toJSON, not the object that it stands for', () => {
    const given = { at: new Date(0), deep: { toJSON: () => 'flat' } }
    const size = Buffer.byteLength(JSON.stringify(given))
    expect(encodeContext(limited({ maxBytes: size, maxDepth: 1 }), given)).toEqual(JSON.parse(JSON.stringify(given)))
    expect(() => encodeContext(limited({ maxBytes: size - 1 }), given)).toThrow('over the limit maxBytes')
  })
})

it('the deepest limit that may be set is one that holds', () => {
  const definition = limited({ maxDepth: 256 })
  expect(decodeContext(definition, objectsOf(256))).toMatchObject({ ok: true })
  expect(decodeContext(definition, objectsOf(257))).toMatchObject({ ok: false, rejection: { reason: 'too_large' } })
})

it.each<[string, (counted: <T extends object>(value: T) => T) => unknown]>([
  ['items', (counted) => counted(new Array(10_000_000).fill(0))],
  ['members', (counted) => counted(fieldsOf(100_000))],
  ['fields', (counted) => counted(fieldsOf(100_000))],
])('a context with far too many %s is given up on at the limit', (what, make) => {
  let reads = 0
  const counted = <T extends object>(value: T): T =>
    new Proxy(value, {
      get(target, name) {
        reads++
        return Reflect.get(target, name)
      },
    })
  const value = make(counted)
  const raw = what === 'fields' ? value : { a: value }
  expect(decodeContext(limited(), raw)).toMatchObject({ ok: false, rejection: { reason: 'too_large' } })
  expect(reads).toBeGreaterThan(0)
  expect(reads).toBeLessThan(2 * DEFAULT_LIMITS.maxBytes)
})

describe('the bytes counted are those of the compact JSON', () => {
  const control = String.fromCharCode(...Array.from({ length: 32 }, (_, code) => code))

  it.each<[string, Fields]>([
    ['an empty context', {}],
    ['an empty string', { v: '' }],
    ['quotes', { v: '"""' }],
    ['backslashes', { v: '\\\\n' }],
    ['slashes', { v: '</script>' }],
    ['every control character', { v: control }],
    ['DEL and C1 controls', { v: '\u007f\u0080\u009f' }],
    ['two-byte characters', { v: 'é\u07ff' }],
    ['three-byte characters', { v: '€\u0800\ud7ff\ue000\uffff' }],
    ['line separators', { v: '\u2028\u2029\ufeff' }],
    ['an emoji', { v: '🏔' }],
    ['an emoji of several code points', { v: '👩‍👩‍👧' }],
    ['the first of two units', { v: '\u{10000}\u{10ffff}\ud800\udc00\udbff\udfff' }],
    ['the last code point', { v: '\u{10ffff}' }],
    ['a lone high surrogate', { v: '\ud83c' }],
    ['a lone low surrogate', { v: '\udfd4' }],
    ['a high surrogate before text', { v: '\ud83cx' }],
    ['two high surrogates before a low one', { v: '\ud83c\ud83c\udfd4' }],
    ['surrogates the wrong way round', { v: '\udfd4\ud83c' }],
    ['two fields', { a: '', b: '' }],
    ['an empty object', { v: {} }],
    ['an empty array', { v: [] }],
    ['nested containers', { v: { a: [{}, [], [[]], { b: {} }], c: [1, 2, 3] } }],
    ['names that are escaped', { v: { '"': 1, '\n': 2, é: 3, '🏔': 4, '\ud83c': 5, '': 6 } }],
    ['a number in exponent form', { v: 1e21 }],
    ['a small number', { v: 1e-7 }],
    ['minus zero', { v: -0 }],
    ['a fraction', { v: 0.1 + 0.2 }],
    ['the largest safe integer', { v: Number.MAX_SAFE_INTEGER }],
    ['the smallest number', { v: -Number.MIN_VALUE }],
    ['the largest number', { v: -Number.MAX_VALUE }],
    ['true', { v: true }],
    ['false', { v: false }],
    ['null', { v: null }],
    ['all of it', { a: [true, false, null, -0, '\u0000é'], b: { c: {}, d: [] } }],
  ])('of %s', (_claim, value) => {
    expectSize(value)
  })

  it('of 500 contexts at random', () => {
    const random = randomFrom(2026)
    for (let round = 0; round < 500; round++) expectSize({ v: randomValue(random, 4), w: randomValue(random, 2) })
  })
})

/** Accepted where the limit is the size of the JSON, refused where it is one less. */
function expectSize(value: Fields): void {
  const json = JSON.stringify(value)
  const size = Buffer.byteLength(json)
  expect(JSON.stringify(encodeContext(limited({ maxBytes: size }), value))).toBe(json)
  expect(() => encodeContext(limited({ maxBytes: size - 1 }), value)).toThrow(
    `context is over the limit maxBytes: ${size - 1}`,
  )
  expect(decodeContext(limited({ maxBytes: size }), value)).toMatchObject({ ok: true })
  expect(decodeContext(limited({ maxBytes: size - 1 }), value)).toMatchObject({ rejection: { reason: 'too_large' } })
}

/** The same numbers in each run: mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function randomValue(random: (below: number) => number, depth: number): unknown {
  const several = <T>(make: () => T): T[] => Array.from({ length: random(5) }, make)
  switch (random(depth === 0 ? 5 : 7)) {
    case 0:
      return null
    case 1:
      return random(2) === 0
    case 2:
      return (random(2) === 0 ? 1 : -1) * random(2 ** 31) * 10 ** (random(80) - 40)
    case 3:
    case 4:
      return randomText(random)
    case 5:
      return several(() => randomValue(random, depth - 1))
    default:
      return Object.fromEntries(several(() => [`n${randomText(random)}`, randomValue(random, depth - 1)]))
  }
}

function randomText(random: (below: number) => number): string {
  const ends = [0x20, 0x80, 0x800, 0xd800, 0x10000]
  const units = Array.from({ length: random(12) }, () =>
    random(4) === 0 ? 0xd800 + random(0x800) : random(ends[random(ends.length)] ?? 1),
  )
  return String.fromCharCode(...units)
}
