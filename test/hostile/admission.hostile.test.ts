import fc from 'fast-check'
import { afterEach, test } from 'vitest'
import { DEFINITIONS } from './definitions.js'
import { assertPristine } from './harmless.js'
import { jsonMessage } from './messages.js'
import { admitsHarmlessly } from './properties/admission.js'
import { json, number, runs } from './values.js'

afterEach(assertPristine)

const definitions = fc.constantFrom(...Object.values(DEFINITIONS))

test('a message of any JSON is handled once or refused once', async () => {
  const message = fc.oneof({ weight: 9, arbitrary: jsonMessage }, { weight: 1, arbitrary: json })
  const property = fc.asyncProperty(definitions, message, (definition, message) =>
    admitsHarmlessly(definition, (typeof message === 'object' && message !== null ? message : {}) as never),
  )
  await fc.assert(property, runs(1200))
})

/** What Node's parser lets through (RFC 9110, section 5.5). */
const sendable = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) })
  .map((value) => value.replace(/^ +| +$/g, ''))

const value = fc.oneof(
  sendable,
  number.map(String),
  fc.constantFrom('true', 'acme', 'Bearer x', '=?base64??=', '=?base64?/w==?='),
)
const names = fc.constantFrom(
  'x-tenant-id',
  'X-Tenant-Id',
  'x-retries',
  'X-DRY-RUN',
  'authorization',
  'cookie',
  '__proto__',
)
const headers = fc
  .array(fc.tuple(names, fc.oneof(value, fc.array(value, { maxLength: 3 }))), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries))

test('so it is with any headers', async () => {
  await fc.assert(
    fc.asyncProperty(jsonMessage, headers, (message, headers) =>
      admitsHarmlessly(DEFINITIONS.bound as never, message, headers),
    ),
    runs(1200),
  )
})
