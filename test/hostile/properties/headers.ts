// What holds of the header codec and of what reads a context out of headers, whatever the value of a header is.
import assert from 'node:assert/strict'
import { type AnyDefinition, ContextError } from 'mcp-request-context'
import { contextToHeaders, decodeHeaderValue, encodeHeaderValue, headersToContext } from 'mcp-request-context/http'
import { schemaIssues } from '../../conformance/json-schema.js'
import { bound, DEFINITIONS, inherited } from '../definitions.js'
import { assertNoPollution, inTime, orRejection } from '../harmless.js'

/** What HTTP lets a field value be, and no more of it than that (RFC 9110, section 5.5, without obs-text). */
const FIELD_VALUE = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/

/** Any string there is goes into a header and comes back the same, or is refused for a surrogate that stands alone. */
export function encodesJustly(text: string): void {
  const value = orRejection(() => encodeHeaderValue(text))
  assert.equal(value instanceof ContextError, Buffer.from(text).toString() !== text)
  if (value instanceof ContextError) {
    assert.equal(value.code, 'invalid')
    return
  }
  assert.match(value, FIELD_VALUE)
  assert.notEqual(value, '')
  assert.equal(value.startsWith('=?base64?'), value !== text)
  assert.equal(
    inTime(() => decodeHeaderValue(value)),
    text,
  )
}

/** What can be read is visible ASCII, spaces and tabs: as itself, or as what its Base64 is, of which there is one form. */
export function decodesValueJustly(value: string): void {
  const text = inTime(() => decodeHeaderValue(value))
  const base64 = /^=\?base64\?(.*)\?=$/su.exec(value)?.[1]
  if (/[^\t\x20-\x7e]/.test(value)) assert.equal(text, undefined)
  else if (base64 === undefined) assert.equal(text, value)
  else if (isBase64OfUtf8(base64)) assert.deepEqual(Buffer.from(text ?? ''), Buffer.from(base64, 'base64'))
  else assert.equal(text, undefined)
}

function isBase64OfUtf8(base64: string): boolean {
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 && Buffer.from(bytes.toString()).equals(bytes)
}

/** Headers give the fields of their types, or a described rejection that shows none of their values. */
export function readsHarmlessly(definition: AnyDefinition, values: readonly string[]): void {
  const headers = new Headers()
  for (const [index, { name }] of definition.headers.entries()) {
    const value = values[index]
    if (value !== undefined && isSendable(value)) headers.append(name, value)
  }
  const read = inTime(() => headersToContext(definition, headers))
  assertNoPollution()
  if (read.ok) {
    for (const { field, type } of definition.headers) {
      const value: unknown = ownOf(read.context, field)
      if (value !== undefined) assert.equal(typeof value, type === 'integer' ? 'number' : type)
    }
    return
  }
  assert.equal(read.rejection.reason, 'mismatch')
  assert.deepEqual(schemaIssues('error-data', read.rejection.data), [])
}

function ownOf(fields: object, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields as Record<string, unknown>)[name] : undefined
}

/** What the Fetch standard lets a header be, and drops no part of. */
function isSendable(value: string): boolean {
  return /^[^\0\r\n\u0100-\u{10ffff}]*$/u.test(value)
}

/** A context of the bound definition, however wrong, gives headers that come back as it, or a ContextError. */
export function mirrorsJustly(definition: AnyDefinition, context: object): void {
  const headers = orRejection(() => contextToHeaders(definition, context))
  assertNoPollution()
  if (headers instanceof ContextError) {
    assert.ok(headers.code === 'invalid' || headers.code === 'too_large', headers.code)
    return
  }
  const expected: Record<string, unknown> = {}
  for (const { field } of definition.headers) {
    const value = ownOf(context, field)
    if (value !== undefined && value !== null) expected[field] = value
  }
  const read = headersToContext(definition, headers)
  assert.ok(read.ok, read.rejection?.message)
  assert.deepEqual(read.context, JSON.parse(JSON.stringify(expected)))
  for (const [, value] of headers) assert.ok(value.length <= definition.limits.maxHeaderBytes)
}

/** The definitions that bind fields. */
export const BOUND: readonly AnyDefinition[] = [bound, inherited, DEFINITIONS.short as AnyDefinition]
