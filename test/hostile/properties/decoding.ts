// What holds of encodeContext, decodeContext and redactContext, whatever they are given.
import assert from 'node:assert/strict'
import {
  type AnyDefinition,
  ContextError,
  type ContextRejection,
  decodeContext,
  defineContext,
  encodeContext,
  redactContext,
} from 'mcp-request-context'
import { schemaIssues } from '../../conformance/json-schema.js'
import { bound, open } from '../definitions.js'
import { assertFrozen, assertNoPollution, inTime, orRejection, orRejectionOf } from '../harmless.js'

/** Of more than these the rest is counted, and that is one more. */
const MOST_ISSUES = 21

/** Decoding never throws; it gives a frozen context, or a rejection that the published schema describes. */
export async function decodesHarmlessly(definition: AnyDefinition, raw: unknown): Promise<void> {
  const decoded = await inTime(() => decodeContext(definition, raw))
  if (decoded.ok) assertFrozen(decoded.context)
  else assertProblem(decoded.rejection)
  assertNoPollution()
}

/** Of JSON, a definition that takes everything refuses just what the specification does. */
export function decodesJustly(raw: unknown): void {
  const decoded = inTime(() => decodeContext(open, raw))
  assert.ok(!(decoded instanceof Promise))
  assert.equal(decoded.ok, isContext(raw, open), JSON.stringify(decoded.rejection))
  if (decoded.ok) assert.equal(JSON.stringify(decoded.context), JSON.stringify(raw))
}

/** The limit of bytes is that of the JSON, to the byte, on both sides. */
export function measuresJustly(raw: unknown): void {
  if (!isContext(raw, open)) return
  const size = sizeOf(raw as object)
  for (const maxBytes of [size, size - 1]) {
    const definition = defineContext({ schema: open.schema, limits: { maxBytes } })
    const decoded = inTime(() => decodeContext(definition, raw))
    assert.ok(!(decoded instanceof Promise))
    assert.equal(decoded.ok, maxBytes === size, `${size} bytes of ${maxBytes}`)
    const wire = orRejection(() => encodeContext(definition, raw as Record<string, unknown>))
    assert.equal(wire instanceof ContextError, maxBytes < size)
  }
}

/** Encoding gives what decodes to the same, or throws a ContextError; it leaves what it was given as it was. */
export async function encodesHarmlessly(definition: AnyDefinition, value: unknown): Promise<void> {
  const wire = await orRejectionOf(orRejection(() => encodeContext(definition, value)))
  assertNoPollution()
  if (wire instanceof ContextError) {
    assert.ok(wire.code === 'invalid' || wire.code === 'too_large', wire.code)
    // What could not be sent is told to nobody else.
    assert.equal(wire.data, undefined)
    return
  }
  assert.ok(isContext(wire, definition))
  const decoded = await decodeContext(definition, JSON.parse(JSON.stringify(wire)))
  assert.ok(decoded.ok, decoded.rejection?.message)
}

/** A redacted copy has no value of a sensitive field; it throws only what the value throws itself. */
export function redactsHarmlessly(value: object): void {
  let copy: Record<string, unknown>
  try {
    copy = inTime(() => redactContext(bound, value)) as Record<string, unknown>
  } catch (error) {
    assert.ok(!(error instanceof ContextError))
    assert.throws(() => ({ ...value }))
    return
  }
  assert.notEqual(copy, value)
  if (Object.hasOwn(copy, 'token')) assert.equal(copy.token, '[redacted]')
  assert.equal(Object.hasOwn(copy, 'token'), Object.hasOwn({ ...value }, 'token'))
  assertNoPollution()
}

function assertProblem({ data, issues, message, reason }: ContextRejection): void {
  assert.deepEqual(schemaIssues('error-data', data), [])
  assert.equal(reason, data.reason)
  assert.deepEqual(issues, data.issues)
  assert.ok(issues.length <= MOST_ISSUES, `${issues.length} issues`)
  assert.ok(message.length > 0)
  assert.equal(JSON.stringify(JSON.parse(JSON.stringify(data))), JSON.stringify(data))
}

const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** Sections 3 and 4 of the specification once more, as short as can be. */
function isContext(value: unknown, { limits }: AnyDefinition): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  return (
    names.every((name) => FIELD_NAME.test(name)) &&
    names.length <= limits.maxFields &&
    levelsOf(value, limits.maxDepth) <= limits.maxDepth &&
    sizeOf(value) <= limits.maxBytes &&
    !Object.values(value).some(isUnfit)
  )
}

/** Member by member: one may be called toJSON. */
function sizeOf(value: object): number {
  const members = Object.entries(value).map((entry) => JSON.stringify(entry))
  return members.reduce((size, member) => size + Buffer.byteLength(member) - 2, 1 + Math.max(1, members.length))
}

function levelsOf(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (most === 0) return 1
  return 1 + Math.max(0, ...Object.values(value).map((member) => levelsOf(member, most - 1)))
}

/** RC-008 and RC-010: `1e999` is a number of JSON, and none that JavaScript can hold. */
function isUnfit(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number' && !Number.isFinite(value)
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(isUnfit)
}
