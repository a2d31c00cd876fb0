import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ONE_SENTENCE, run, writer } from './support/program.js'

const KIBIBYTE = 1024
const MEBIBYTE = 1024 * KIBIBYTE

/** An endless stdin: `start`, then the same chunk again and again. Counts the bytes that were taken. */
function endless(start: string, chunk: string) {
  const taken = { bytes: 0 }
  function* chunks(): Generator<Buffer> {
    const next = Buffer.from(chunk)
    yield Buffer.from(start)
    while (true) {
      taken.bytes += next.length
      yield next
    }
  }
  return { stdin: Readable.from(chunks(), { objectMode: false, highWaterMark: 0 }), taken }
}

describe('one endless value is rejected after as many bytes as it may take, with what to do', () => {
  test.each<[string, string[], number, string, string]>([
    ['on one line', [], 16 * MEBIBYTE, '{"a":"', 'x'.repeat(64 * KIBIBYTE)],
    ['on one line, with --lines', ['--lines'], 16 * MEBIBYTE, '', 'x'.repeat(64 * KIBIBYTE)],
    ['on one line, with --json', ['--json', '--max-bytes', '100000'], 100_000, '', 'x'.repeat(64 * KIBIBYTE)],
    ['over many lines', ['--max-bytes', '100000'], 100_000, '[\n', '1,\n2,\n'.repeat(KIBIBYTE)],
    ['over many lines, with --json', ['--json', '--max-bytes', '100000'], 100_000, '[\n', '1,\n2,\n'.repeat(KIBIBYTE)],
  ])('%s', async (_title, args, limit, start, chunk) => {
    const { stdin, taken } = endless(start, chunk)
    const { code, stdout, stderr } = await run(['validate', '-', ...args], '', { stdin })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(ONE_SENTENCE)
    expect(stderr).toContain(
      `stdin: the JSON value on line 1 takes more than ${limit} bytes: allow more with --max-bytes`,
    )
    expect(taken.bytes).toBeGreaterThan(limit - start.length)
    expect(taken.bytes).toBeLessThanOrEqual(limit + 4 * chunk.length)
    expect(stdin.destroyed).toBe(true)
  })
})

test('JSON lines are read as they are validated, and no faster', async () => {
  const line = Buffer.from(`{"a b":"${'x'.repeat(64 * KIBIBYTE)}"}\n`)
  const LINES = 100
  const ahead: number[] = []
  let reported = 0
  function* lines(): Generator<Buffer> {
    for (let read = 1; read <= LINES; read++) {
      ahead.push(read - reported)
      yield line
    }
  }
  const stdin = Readable.from(lines(), { highWaterMark: 1 })
  const stdout = writer((text) => {
    reported += text.match(/a b: the name must match/g)?.length ?? 0
  })
  const { code } = await run(['validate', '-'], '', { stdin, stdout })
  expect({ code, reported }).toEqual({ code: 1, reported: LINES })
  expect(Math.max(...ahead)).toBeLessThanOrEqual(4)
})

test('--max-bytes allows a larger value', async () => {
  const value = `{"a":"${'x'.repeat(20 * MEBIBYTE)}"}`
  const { code, stdout } = await run(['validate', '-', '--max-bytes', String(21 * MEBIBYTE)], value)
  expect(code).toBe(1)
  expect(stdout).toContain('context is over the limit maxBytes: 8192')
})

test.each([1, 2, 3, 7])('a payload is the same in chunks of %i bytes', async (size) => {
  const payload = Buffer.from('{"é":\n1}\n{"a b":"é"}\r\n\n{"ü":"\u{1f3d4}"}')
  const chunks = Array.from({ length: Math.ceil(payload.length / size) }, (_, index) =>
    payload.subarray(index * size, (index + 1) * size),
  )
  for (const args of [['--lines'], ['--json'], []]) {
    const ran = await run(['validate', '-', ...args], '', { stdin: Readable.from(chunks) })
    expect(ran).toEqual(await run(['validate', '-', ...args], payload))
  }
})
