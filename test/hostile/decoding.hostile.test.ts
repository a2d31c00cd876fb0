import fc from 'fast-check'
import { type AnyDefinition, encodeContext } from 'mcp-request-context'
import { afterEach, expect, test } from 'vitest'
import { DEFINITIONS } from './definitions.js'
import { assertPristine, inTime } from './harmless.js'
import { doubling } from './not-json.js'
import {
  decodesHarmlessly,
  decodesJustly,
  encodesHarmlessly,
  measuresJustly,
  redactsHarmlessly,
} from './properties/decoding.js'
import { anyContext, anything, build, json, jsonContext, runs } from './values.js'

afterEach(assertPristine)

const definitions = fc.constantFrom(...Object.values(DEFINITIONS))

test('decoding any JSON gives a frozen context or a described rejection', async () => {
  const values = fc.oneof({ weight: 5, arbitrary: jsonContext }, { weight: 1, arbitrary: json })
  await fc.assert(fc.asyncProperty(definitions, values, decodesHarmlessly), runs(1200))
})

test('a definition that takes everything refuses of JSON what the specification refuses, and nothing else', () => {
  fc.assert(fc.property(jsonContext, decodesJustly), runs(1200))
})

test('the limit of bytes is met to the byte', () => {
  fc.assert(fc.property(jsonContext, measuresJustly), runs(600))
})

test('decoding anything else gives the same, and never throws', async () => {
  const property = fc.asyncProperty(definitions, anyContext, (definition, plan) =>
    decodesHarmlessly(definition, build(plan)),
  )
  await fc.assert(property, runs(1200))
})

test('encoding anything gives what decodes, or throws a ContextError', async () => {
  const property = fc.asyncProperty(definitions, anyContext, (definition, plan) =>
    encodesHarmlessly(definition, build(plan)),
  )
  await fc.assert(property, runs(1200))
})

test('encoding leaves JSON as it was', async () => {
  const property = fc.asyncProperty(definitions, jsonContext, async (definition, value) => {
    const before = JSON.stringify(value)
    await encodesHarmlessly(definition, value)
    expect(JSON.stringify(value)).toBe(before)
  })
  await fc.assert(property, runs(500))
})

test('refusing to encode a context takes no longer where its objects double with each level', () => {
  const definition = DEFINITIONS.wide as AnyDefinition
  inTime(() => expect(() => encodeContext(definition, { a: doubling(40) })).toThrow())
})

test('redacting any object leaves no value of a sensitive field', () => {
  const property = fc.property(anyContext, anything, (plan, token) => {
    const value = build(plan)
    if (typeof value !== 'object' || value === null) return
    redactsHarmlessly(value)
    redactsHarmlessly({ tenant: 'acme', token: build(token) })
  })
  fc.assert(property, runs(500))
})
