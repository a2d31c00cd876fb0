import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { start } from './support/cli.js'

const MEGABYTE = 1024 * 1024
const LARGE = 100 * MEGABYTE

/** Writes at the pace of the reader; ends early where it stops to read. */
async function feed(stdin: Writable, chunk: string, bytes: number): Promise<void> {
  let open = true
  stdin.on('error', () => {
    open = false
  })
  for (let written = 0; open && written < bytes; written += chunk.length) {
    if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), once(stdin, 'close')]).catch(() => {})
  }
  stdin.end()
}

/** Runs to the end on a generated payload. */
async function validate(args: string[], chunk: string, bytes: number) {
  const child = start(['validate', ...args])
  let output = ''
  let peak = 0
  const status = `/proc/${child.pid}/status`
  const watch = setInterval(() => {
    if (existsSync(status)) peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? peak)
  }, 50)
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text
    })
  }
  const closed = once(child, 'close')
  await feed(child.stdin, chunk, bytes)
  const [code] = await closed
  clearInterval(watch)
  return { code, output, peakMegabytes: peak / 1024 }
}

test('100 MB of JSON lines are read line by line: the memory stays where it is', { timeout: 120_000 }, async () => {
  const line = `${JSON.stringify({ tenant: 'acme', user: { id: 'u-17', about: 'x'.repeat(900) } })}\n`
  const chunk = line.repeat(64)
  const { code, output, peakMegabytes } = await validate(['-'], chunk, LARGE)
  expect(code).toBe(0)
  expect(Number(/^valid: (\d+) values/.exec(output)?.[1])).toBe(Math.ceil(LARGE / chunk.length) * 64)
  expect(peakMegabytes).toBeGreaterThan(10)
  expect(peakMegabytes).toBeLessThan(300)
})

test.each([
  ['on one line', [], `{"a":"${'x'.repeat(MEGABYTE)}`],
  ['over many lines', [], '[\n1,\n2,\n'.repeat(100_000)],
  ['on one line, with --lines', ['--lines'], 'x'.repeat(MEGABYTE)],
])('one value of 100 MB %s is refused at 16 MiB, and says what to do', async (_title, args, chunk) => {
  const { code, output, peakMegabytes } = await validate(['-', ...args], chunk, LARGE)
  expect(code).toBe(2)
  expect(output).toMatch(/^mcp-request-context: stdin: .* takes more than 16777216 bytes: allow more with --max-bytes/)
  expect(peakMegabytes).toBeLessThan(400)
})

test('--max-bytes allows a larger value', async () => {
  const value = `{"a":"${'x'.repeat(20 * MEGABYTE)}"}`
  const { code, output } = await validate(['-', '--max-bytes', String(21 * MEGABYTE)], value, 1)
  expect({ code, output }).toEqual({
    code: 1,
    output: expect.stringContaining('-:1: : context is more than 8192 bytes'),
  })
})

test('a reader that has seen enough ends it quietly', async () => {
  const child = start(['validate', '-'])
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const closed = once(child, 'exit')
  await feed(child.stdin, '[]\n'.repeat(10_000), 30 * MEGABYTE)
  expect({ code: (await closed)[0], stderr }).toEqual({ code: 1, stderr: '' })
})
