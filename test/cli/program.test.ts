import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ONE_SENTENCE, REPOSITORY, run } from './support/cli.js'

describe.concurrent('the command line', () => {
  test.each([
    [['--help'], ['validate', 'types', 'Examples:', 'Exit codes:']],
    [
      ['validate', '--help'],
      ['--schema', '--lines', '--max-bytes', 'request-meta', 'Examples:', 'Exit codes:'],
    ],
    [
      ['types', '--help'],
      ['--stdio', '--header', '--key', '--timeout', '--out', '--force', 'Examples:', 'Exit codes:'],
    ],
  ])('%j tells what there is, on stdout, with exit code 0', async (args, told) => {
    const { code, stdout, stderr } = await run(args)
    for (const text of told) expect(stdout).toContain(text)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain('write-declaration')
  })

  test('--version is the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  test.each([
    ['an unknown option', ['validate', '-', '--frobnicate'], "unknown option '--frobnicate'"],
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['a missing file', ['validate'], "missing required argument 'file'"],
    ['a second file', ['validate', 'a.json', 'b.json'], 'too many arguments'],
    ['a size that is none', ['validate', '-', '--max-bytes', '0'], 'Give a number of bytes'],
    ['a time that is none', ['types', 'context', '--timeout', 'soon'], 'Give a number of seconds'],
  ])('%s is told on stderr, with exit code 2', async (_title, args, told) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^mcp-request-context: /)
    expect(stderr).toContain(told)
  })

  test('no command at all prints the help on stderr, with exit code 2', async () => {
    const { code, stdout, stderr } = await run([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Commands:')
  })

  test('a header that is none is told without the secret in it', async () => {
    const { code, stderr } = await run(['types', 'http://127.0.0.1/', '--header', 'Bearer S3CRET'])
    expect(code).toBe(2)
    expect(stderr).toMatch(ONE_SENTENCE)
    expect(stderr).not.toContain('S3CRET')
  })

  test('--json and --lines contradict each other', async () => {
    const { code, stderr } = await run(['validate', '-', '--json', '--lines'], '{}')
    expect(code).toBe(2)
    expect(stderr).toMatch(ONE_SENTENCE)
  })
})
