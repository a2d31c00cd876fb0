import fc from 'fast-check'
import { decodeHeaderValue } from 'mcp-request-context/http'
import { afterEach, expect, test } from 'vitest'
import { assertPristine } from './harmless.js'
import { BOUND, decodesValueJustly, encodesJustly, mirrorsJustly, readsHarmlessly } from './properties/headers.js'
import { anything, build, number, runs, text } from './values.js'

afterEach(assertPristine)

/** Almost an encoded value: its alphabet, its padding, what stands around it. */
const almostBase64 = fc
  .tuple(
    fc.constantFrom('=?base64?', '=?BASE64?', '=?base64', ''),
    fc.oneof(
      fc.string({ unit: fc.constantFrom('A', 'z', '/', '+', '=', '-', '_', ' ', '\n', '\u00e9'), maxLength: 20 }),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    ),
    fc.constantFrom('?=', '=', '?', ''),
  )
  .map((parts) => parts.join(''))

const headerValue = fc.oneof(
  text,
  almostBase64,
  number.map(String),
  fc.constantFrom('true', 'false', 'TRUE', '1', '01', '+1', '-0', '1e3', '0x1', '9007199254740993', '', ' ', 'a, b'),
  fc
    .tuple(fc.constantFrom('Bearer', 'bearer', 'Basic', 'Bearer,', ''), fc.constantFrom(' ', '   ', '\t', ''), text)
    .map((parts) => parts.join('')),
)

test('any string there is goes into a header value and comes back', () => {
  fc.assert(fc.property(text, encodesJustly), runs(1500))
})

test('any header value is what encodes to it, or nothing', () => {
  fc.assert(fc.property(fc.oneof(text, almostBase64), decodesValueJustly), runs(1200))
})

test('a header value of ten million characters is read, or is not, without a throw', () => {
  expect(decodeHeaderValue(`=?base64?${'AAAA'.repeat(2_500_000)}?=`)).toHaveLength(7_500_000)
})

test('any headers give fields of their types, or a described rejection', () => {
  const property = fc.property(fc.constantFrom(...BOUND), fc.array(headerValue, { maxLength: 4 }), readsHarmlessly)
  fc.assert(property, runs(1500))
})

test('any context gives headers that come back as its bound fields, or a ContextError', () => {
  const context = fc.record(
    { tenant: fc.oneof(text, anything), retries: fc.oneof(number, anything), dryRun: fc.oneof(fc.boolean(), anything) },
    { requiredKeys: [] },
  )
  const property = fc.property(fc.constantFrom(...BOUND), context, (definition, plan) =>
    mirrorsJustly(definition, build(plan) as object),
  )
  fc.assert(property, runs(1200))
})
