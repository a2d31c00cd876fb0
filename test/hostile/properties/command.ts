// What holds of the command line's work, in this process, whatever payload or schema it is given.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeContext } from 'mcp-request-context'
import { schemaIn } from '../../../src/cli/advertised-schema.js'
import { placesIn } from '../../../src/cli/json-text.js'
import { readPayload } from '../../../src/cli/payload.js'
import { guardSchema } from '../../../src/cli/schema-guard.js'
import { typeNameOf } from '../../../src/cli/type-name.js'
import { validate } from '../../../src/cli/validate.js'
import { open } from '../definitions.js'
import { assertNoPollution, inTime } from '../harmless.js'

const folder = mkdtempSync(join(tmpdir(), 'mcp-request-context-hostile-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** What drives a terminal, forges a line or reorders one. */
const UNPRINTABLE = /[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u

export interface Verdict {
  readonly code: number | undefined
  /** What was printed, and the sentence of a command that could not run. */
  readonly output: string
}

/** Validates a payload, and says what the command would have printed and ended with. */
export async function verdictOn(payload: string | Buffer, schema: string, maxBytes = 1 << 20): Promise<Verdict> {
  const path = join(folder, 'payload.json')
  writeFileSync(path, payload)
  const { write } = process.stdout
  const { exitCode } = process
  let output = ''
  process.stdout.write = (text: unknown) => {
    output += text
    return true
  }
  try {
    const code = await validate(path, { schema, format: 'auto', maxBytes })
    return { code, output }
  } catch (error) {
    assert.equal((error as Error).name, 'CannotRun', String(error))
    return { code: undefined, output: `${output}${(error as Error).message}\n` }
  } finally {
    process.stdout.write = write
    process.exitCode = exitCode
  }
}

/** A payload is valid, invalid or unreadable, told in lines that are fit for a terminal; of a context, justly. */
export async function validatesHarmlessly(payload: string | Buffer, schema: string): Promise<void> {
  const { code, output } = await verdictOn(payload, schema)
  assertNoPollution()
  assert.doesNotMatch(output, UNPRINTABLE)
  assert.ok(output.endsWith('\n'))
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  if (code !== undefined) assert.match(last, code === 0 ? /^valid: / : /^invalid: /)
  const value = code === undefined ? undefined : oneValue(String(payload))
  if (value === undefined || schema !== 'context') return
  const told = / is a second member of this name$/m.test(output)
  assert.equal(code === 0, isContext(value) && !told, output)
}

function isContext(value: unknown): boolean {
  const decoded = decodeContext(open, value)
  return !(decoded instanceof Promise) && decoded.ok
}

/** The value of a payload that is one JSON value on one line, so that it is no JSON lines. */
function oneValue(payload: string): unknown {
  try {
    return payload.trim().includes('\n') ? undefined : JSON.parse(payload)
  } catch {
    return undefined
  }
}

/** A schema that a declaration is written from has no code of its own and refers to nothing outside; or it is refused. */
export function guardsHarmlessly(schema: object): void {
  let guarded: object
  try {
    guarded = inTime(() => guardSchema(schema as Record<string, unknown>, 'the schema'))
  } catch (error) {
    assert.match((error as Error).name, /^(CannotRun|RangeError)$/)
    return
  }
  assertNoPollution()
  assertTame(guarded)
  assert.match(
    inTime(() => typeNameOf(undefined, (guarded as { title?: unknown }).title)),
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

/** Settings of any kind give the schema of a context, or one sentence that is fit for a terminal. */
export async function readsAdvertisedHarmlessly(settings: unknown): Promise<void> {
  try {
    const { schema } = await schemaIn(settings, undefined)
    assert.equal(typeof schema, 'object')
  } catch (error) {
    assert.equal((error as Error).name, 'CannotRun', String(error))
    assert.doesNotMatch((error as Error).message, UNPRINTABLE)
    assert.doesNotMatch((error as Error).message, /\n/)
  }
  assertNoPollution()
}

const MOST_BYTES = 4096

/** A payload is read value by value, or refused in one sentence; in a value that was read, names that come twice are found. */
export async function readsPayloadHarmlessly(input: Buffer): Promise<void> {
  const path = join(folder, 'input.json')
  writeFileSync(path, input)
  for (const format of ['auto', 'json', 'lines'] as const) {
    try {
      for await (const item of readPayload(path, { format, maxBytes: MOST_BYTES })) {
        if (item.fault !== undefined) assert.match(item.fault, /^is not (JSON: [a-z ]+|UTF-8 text)$/)
        else {
          assert.ok(Buffer.byteLength(item.text) <= MOST_BYTES)
          assertPlaces(item.text, item.value)
        }
      }
    } catch (error) {
      assert.equal((error as Error).name, 'CannotRun', String(error))
    }
  }
  assertNoPollution()
}

/** Text that JSON would write the same way again names no member twice. */
function assertPlaces(text: string, value: unknown): void {
  assert.deepEqual(JSON.parse(text), value)
  const { duplicates } = inTime(() => placesIn(text, ['', '/a', '/0']))
  if (JSON.stringify(value) === text) assert.deepEqual(duplicates, [])
  const names = (text.match(/"\s*:/g) ?? []).length
  assert.ok(duplicates.length <= names)
}
