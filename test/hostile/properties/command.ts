// What holds of the command line, whatever payload or schema it is given.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { decodeContext } from 'mcp-request-context'
import { sanitizeSchema } from '../../../src/cli/declaration.js'
import { findPlaces } from '../../../src/cli/json-text.js'
import { readPayload } from '../../../src/cli/payload.js'
import { advertisedSchema } from '../../../src/cli/server.js'
import { typeNameOf } from '../../../src/cli/types.js'
import { run } from '../../cli/support/program.js'
import { open } from '../definitions.js'
import { assertNoPollution, inTime } from '../harmless.js'

/** What controls a terminal, fakes a line or reorders one. */
const UNPRINTABLE = /[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u

export interface Verdict {
  /** `undefined` for a payload that could not be validated. */
  readonly code: number | undefined
  /** What the command wrote to stdout and stderr. */
  readonly output: string
}

/** Validates a payload with the command. */
export async function verdictOn(payload: string | Buffer, schema: string, maxBytes = 1 << 20): Promise<Verdict> {
  const args = ['validate', '-', '--schema', schema, '--max-bytes', String(maxBytes)]
  const { code, stdout, stderr } = await run(args, payload)
  assert.doesNotMatch(stderr, /unexpected error/)
  assert.equal(code === 2, stderr !== '')
  return { code: code === 2 ? undefined : Number(code), output: stdout + stderr }
}

/** A payload is valid, invalid or unreadable, in lines that are safe for a terminal. For a context, the library agrees. */
export async function validatesHarmlessly(payload: string | Buffer, schema: string): Promise<void> {
  const { code, output } = await verdictOn(payload, schema)
  assertNoPollution()
  assert.doesNotMatch(output, UNPRINTABLE)
  assert.ok(output.endsWith('\n'))
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  if (code !== undefined) assert.match(last, code === 0 ? /^valid: / : /^invalid: /)
  const value = code === undefined ? undefined : oneValue(String(payload))
  if (value === undefined || schema !== 'context') return
  const hasDuplicate = / is a duplicate: its object already has this name$/m.test(output)
  assert.equal(code === 0, isContext(value) && !hasDuplicate, output)
}

function isContext(value: unknown): boolean {
  const decoded = decodeContext(open, value)
  return !(decoded instanceof Promise) && decoded.ok
}

/** The value of a payload that is one JSON value on one line. */
function oneValue(payload: string): unknown {
  try {
    return payload.trim().includes('\n') ? undefined : JSON.parse(payload)
  } catch {
    return undefined
  }
}

/** A sanitized schema has no code of its own and refers to no other document; or it is rejected. */
export function sanitizesHarmlessly(schema: object): void {
  let sanitized: object
  try {
    sanitized = inTime(() => sanitizeSchema(schema as Record<string, unknown>, 'the schema'))
  } catch (error) {
    assert.match((error as Error).name, /^(CannotRun|RangeError)$/)
    return
  }
  assertNoPollution()
  assertTame(sanitized)
  assert.match(
    inTime(() => typeNameOf(undefined, (sanitized as { title?: unknown }).title)),
    /^[A-Z][A-Za-z0-9]{0,63}$/,
  )
}

function assertTame(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  assert.ok(!Object.hasOwn(value, '__proto__'))
  assert.equal(Object.getPrototypeOf(value), Array.isArray(value) ? Array.prototype : Object.prototype)
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && /^\$(ref|dynamicRef|recursiveRef)$/.test(name)) assert.match(member, /^#/)
    assertTame(member)
  }
}

/** Any settings give the schema of a context, or one sentence that is safe for a terminal. */
export async function readsAdvertisedHarmlessly(settings: unknown): Promise<void> {
  try {
    const { schema } = await advertisedSchema(settings, undefined)
    assert.equal(typeof schema, 'object')
  } catch (error) {
    assert.equal((error as Error).name, 'CannotRun', String(error))
    assert.doesNotMatch((error as Error).message, UNPRINTABLE)
    assert.doesNotMatch((error as Error).message, /\n/)
  }
  assertNoPollution()
}

const MAX_BYTES = 4096

/** A payload is read value by value, or rejected in one sentence. Duplicate names in a value are found. */
export async function readsPayloadHarmlessly(input: Buffer): Promise<void> {
  for (const format of ['auto', 'json', 'lines'] as const) {
    try {
      for await (const item of readPayload(
        '-',
        { format, maxBytes: MAX_BYTES },
        { stdin: Readable.from([input]), cwd: '/' },
      )) {
        if (item.issue !== undefined) assert.match(item.issue, /^is not (JSON: [a-z ]+|UTF-8 text)$/)
        else {
          assert.ok(Buffer.byteLength(item.text) <= MAX_BYTES)
          assertPlaces(item.text, item.value)
        }
      }
    } catch (error) {
      assert.equal((error as Error).name, 'CannotRun', String(error))
    }
  }
  assertNoPollution()
}

/** Text that JSON.stringify gives back has no duplicate names. */
function assertPlaces(text: string, value: unknown): void {
  assert.deepEqual(JSON.parse(text), value)
  const { duplicates } = inTime(() => findPlaces(text, ['', '/a', '/0']))
  if (JSON.stringify(value) === text) assert.deepEqual(duplicates, [])
  const names = (text.match(/"\s*:/g) ?? []).length
  assert.ok(duplicates.length <= names)
}
