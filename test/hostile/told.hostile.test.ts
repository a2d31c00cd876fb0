import fc from 'fast-check'
import { contextErrorFrom, EXTENSION_ID, validateMetaKey } from 'mcp-request-context'
import { afterEach, expect, test } from 'vitest'
import { metaKey, Random } from '../conformance/generate.js'
import { assertPristine } from './harmless.js'
import { readsErrorHarmlessly, readsSettingsHarmlessly, validatesKeyHarmlessly } from './properties/told.js'
import { spoiltSettings } from './settings.js'
import { anything, build, json, runs, text } from './values.js'

afterEach(assertPristine)

/** Mostly the value that belongs there. */
function mostly(value: unknown, other: fc.Arbitrary<unknown> = json): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other })
}

const issue = fc.record(
  { path: fc.oneof(fc.array(fc.oneof(text, fc.integer(), json)), json), message: fc.oneof(text, json), more: json },
  { requiredKeys: [] },
)

const errorData = fc.record(
  {
    extension: mostly(EXTENSION_ID),
    key: fc.oneof(text, json),
    reason: fc.oneof(fc.constantFrom('missing', 'invalid', 'too_large', 'mismatch'), json),
    issues: fc.oneof(fc.array(issue), json),
  },
  { requiredKeys: ['extension'] },
)

test('an error of any data is a described rejection or none', () => {
  fc.assert(fc.property(fc.oneof(errorData, json), readsErrorHarmlessly), runs(1200))
})

const throwing = new Proxy(
  {},
  {
    get() {
      throw new Error('looked at')
    },
    getOwnPropertyDescriptor() {
      throw new Error('looked at')
    },
  },
)
const rejection = {
  extension: EXTENSION_ID,
  key: 'a.b/c',
  reason: 'invalid',
  issues: [{ path: ['a', 0], message: 'm' }],
}

test.each<[string, unknown]>([
  ['the error', throwing],
  ['its data', { data: throwing }],
  ['its issues', { data: { ...rejection, issues: throwing } }],
  ['one of its issues', { data: { ...rejection, issues: [throwing] } }],
])('%s throws where it is looked at, and is none or has none', (_claim, error) => {
  expect(contextErrorFrom(error)?.issues ?? []).toEqual([])
})

test.each<[string, object, unknown]>([
  ['as it should be', rejection, [{ path: ['a', 0], message: 'm' }]],
  ['an empty key', { ...rejection, key: '' }, undefined],
  ['no key', { ...rejection, key: undefined }, undefined],
  ['an index below zero', { ...rejection, issues: [{ path: [-1], message: 'm' }] }, []],
  ['half an index', { ...rejection, issues: [{ path: [0.5], message: 'm' }] }, []],
  ['an index that is none', { ...rejection, issues: [{ path: [Number.NaN], message: 'm' }] }, []],
])('data of a rejection, %s', (_claim, data, issues) => {
  expect(contextErrorFrom({ data })?.issues).toEqual(issues)
})

test('settings of any kind are taken as described, or taken for none', () => {
  fc.assert(fc.property(fc.oneof(spoiltSettings, json), readsSettingsHarmlessly), runs(1200))
})

const key = fc.oneof(
  fc.nat().map((seed) => metaKey(new Random(seed))),
  fc
    .array(fc.constantFrom('a', '.', '/', '-', '_', '0', 'mcp', 'com', 'é', '\n', '\u0000', 'A'.repeat(250)))
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('a', 'a-', '-', 'a.', 'a_'), fc.nat(120), fc.constantFrom('', '/', '/a', '!', '/!'))
    .map(([part, times, end]) => `a${part.repeat(times)}${end}`),
  text,
)

test('a key is given back or refused in one line', () => {
  fc.assert(fc.property(key, validatesKeyHarmlessly), runs(1500))
})

test('so is what is no string', () => {
  const nameable = anything.filter((plan) => isNameable(build(plan)))
  fc.assert(
    fc.property(nameable, (plan) => validatesKeyHarmlessly(build(plan))),
    runs(500),
  )
})

test('so is what cannot be made a string', () => {
  expect(() => validateMetaKey(Object.create(null))).toThrow(expect.objectContaining({ code: 'invalid_definition' }))
})

function isNameable(value: unknown): boolean {
  try {
    return typeof String(value) === 'string'
  } catch {
    return false
  }
}
