import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { run } from '../cli/support/program.js'
import { assertPristine } from './harmless.js'
import {
  readsAdvertisedHarmlessly,
  readsPayloadHarmlessly,
  sanitizesHarmlessly,
  validatesHarmlessly,
  verdictOn,
} from './properties/command.js'
import { spoiltSettings } from './settings.js'
import { json, jsonContext, jsonSchema, runs, text } from './values.js'

afterEach(assertPristine)

const schemas = fc.constantFrom('context', 'context', 'request-meta', 'capability-settings', 'error-data')

/** JSON text with a piece of it cut out or repeated: it has duplicate names, or is not JSON. */
const spoilt = fc.tuple(jsonContext, fc.nat(), fc.nat(30), fc.boolean()).map(([value, at, length, again]) => {
  const whole = JSON.stringify(value, null, at % 3)
  const start = at % (whole.length + 1)
  const piece = whole.slice(start, start + length)
  return whole.slice(0, start) + (again ? piece + piece : '') + whole.slice(start + length)
})

const payload = fc.oneof(
  jsonContext.map((value) => JSON.stringify(value)),
  fc
    .array(json, { minLength: 1, maxLength: 5 })
    .map((values) => values.map((value) => JSON.stringify(value)).join('\n')),
  spoilt,
  text,
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
)

test('any payload is valid, invalid or unreadable, in lines that are safe for a terminal', async () => {
  await fc.assert(fc.asyncProperty(payload, schemas, validatesHarmlessly), runs(70))
})

test('any payload is read value by value, none larger than the limit', async () => {
  const bytes = payload.map((payload) => Buffer.from(payload as string))
  await fc.assert(fc.asyncProperty(bytes, readsPayloadHarmlessly), runs(200))
})

test('any schema loses its code and has no references, or is rejected', () => {
  const property = fc.property(jsonSchema, (schema) => {
    if (typeof schema === 'object' && schema !== null) sanitizesHarmlessly(schema)
  })
  fc.assert(property, runs(1200))
})

test('any settings of a server give a schema or one sentence', async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(spoiltSettings, json), readsAdvertisedHarmlessly), runs(40))
})

describe('the command ends in order, given', () => {
  test.each<[string, string[], string | Buffer, number]>([
    ['bytes that are not UTF-8', ['validate', '-'], Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 2],
    ['half a million levels', ['validate', '-'], '[{"a":'.repeat(250_000), 2],
    ['half a million levels that are closed', ['validate', '-'], `${'['.repeat(5e5)}${']'.repeat(5e5)}`, 1],
    ['a schema that refers to a file', ['types', '-'], '{"properties":{"a":{"$ref":"file:///etc/hostname"}}}', 2],
  ])('%s', async (_title, args, input, expected) => {
    const { code, stdout, stderr } = await run(args, input)
    expect({ code, lines: stderr.split('\n').length }).toEqual({ code: expected, lines: expected === 2 ? 2 : 1 })
    expect(stdout.length).toBeLessThan(1000)
    expect(stderr).not.toMatch(/\n {4}at /)
  })
})

test('200 000 wrong names are issues with names, not with nesting', async () => {
  const names = Object.fromEntries(Array.from(Array(200_000), (_, index) => [`${index}`, 0]))
  const { output } = await verdictOn(JSON.stringify(names), 'context', 1 << 24)
  expect(output).not.toContain('nested too deeply')
})
