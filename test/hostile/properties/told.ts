// What holds of the functions that read what a peer says of itself: its rejections, and the settings that it advertises.
import assert from 'node:assert/strict'
import { ContextError, contextErrorFrom, validateMetaKey } from 'mcp-request-context'
import { supportedContexts } from 'mcp-request-context/client'
import { schemaIssues } from '../../conformance/json-schema.js'
import { assertNoPollution, inTime, orRejection } from '../harmless.js'

const EXTENSION = 'io.github.mcp-request-context/context'

/** An error of any data is a rejection of the type that is declared, or it is none; it is never an exception. */
export function readsErrorHarmlessly(data: unknown): void {
  const error = Object.assign(new Error('MCP error -32602: refused'), { code: -32602, data })
  const rejection = inTime(() => contextErrorFrom(error))
  assertNoPollution()
  if (rejection === undefined) return
  assert.ok(rejection instanceof ContextError)
  assert.equal(rejection.cause, error)
  assert.equal(rejection.code, rejection.data?.reason)
  assert.equal(typeof rejection.data?.key, 'string')
  assert.equal(rejection.issues, rejection.data?.issues)
  for (const { path, message } of rejection.issues) {
    assert.equal(typeof message, 'string')
    for (const segment of path) assert.ok(typeof segment === 'string' || typeof segment === 'number')
  }
}

/** Settings of any kind are what the published schema describes, or there are none and `onerror` is told so. */
export function readsSettingsHarmlessly(settings: unknown): void {
  const told: unknown[] = []
  const client = {
    getServerCapabilities: () => ({ extensions: { [EXTENSION]: settings } }),
    onerror: (error: unknown) => told.push(error),
  }
  const contexts = inTime(() => supportedContexts(client))
  assertNoPollution()
  assert.ok(contexts.size <= 64)
  // What is malformed is left out by itself, and told once.
  assert.deepEqual(schemaIssues('capability-settings', { contexts: Object.fromEntries(contexts) }), [])
  if (told.length > 0) {
    assert.equal(told.length, 1)
    assert.ok(told[0] instanceof ContextError)
  } else if (settings !== undefined) {
    assert.deepEqual(schemaIssues('capability-settings', settings), [])
    assert.deepEqual([...contexts.keys()], Object.keys((settings as { contexts: object }).contexts))
  }
  for (const { schema } of contexts.values()) if (schema !== undefined) assertUsable(schema, 1)
}

/** RC-047 and RC-048: a schema leads nowhere but into itself, and is not too deep. */
function assertUsable(schema: unknown, level: number): void {
  if (typeof schema !== 'object' || schema === null) {
    assert.equal(typeof schema, 'boolean')
    return
  }
  assert.ok(level <= 32, `a subschema at level ${level}`)
  const of = (keyword: string): unknown =>
    Object.hasOwn(schema, keyword) ? (schema as Record<string, unknown>)[keyword] : undefined
  for (const reference of [of('$ref'), of('$dynamicRef')]) {
    if (reference !== undefined) assert.match(String(reference), /^#(\/|$)/)
  }
  if (of('pattern') !== undefined) new RegExp(String(of('pattern')), 'u')
  for (const keyword of ['items', 'not']) if (of(keyword) !== undefined) assertUsable(of(keyword), level + 1)
  for (const keyword of ['allOf', 'anyOf', 'properties', 'patternProperties', '$defs']) {
    for (const part of Object.values(of(keyword) ?? {})) assertUsable(part, level + 1)
  }
}

/** A key is given back as it is, or refused with a ContextError that is not much longer than a line. */
export function validatesKeyHarmlessly(key: unknown): void {
  const valid = orRejection(() => validateMetaKey(key as string))
  assertNoPollution()
  if (!(valid instanceof ContextError)) {
    assert.equal(valid, key)
    assert.ok(typeof key === 'string' && key.length <= 256)
    return
  }
  assert.equal(valid.code, 'invalid_definition')
  assert.ok(valid.message.length < 1000)
  assert.doesNotMatch(valid.message, /\n/)
}
