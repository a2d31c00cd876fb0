import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ONE_SENTENCE, REPOSITORY, run, writer } from './support/program.js'

describe('the command line', () => {
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
  ])('%j prints what there is to stdout, with exit code 0', async (args, expected) => {
    const { code, stdout, stderr } = await run(args)
    for (const text of expected) expect(stdout).toContain(text)
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
    ['the help of an unknown command', ['frobnicate', '--help'], "unknown command 'frobnicate'"],
    ['a missing file', ['validate'], "missing required argument 'file'"],
    ['a second file', ['validate', 'a.json', 'b.json'], 'too many arguments'],
    ['a size that is not valid', ['validate', '-', '--max-bytes', '0'], 'Give a number of bytes'],
    ['a time that is not valid', ['types', 'context', '--timeout', 'soon'], 'Give a number of seconds'],
    ['two formats', ['validate', '-', '--json', '--lines'], "'--json' cannot be used with option '--lines'"],
    ['two formats, the other way round', ['validate', '-', '--lines', '--json'], 'cannot be used with'],
  ])('%s is one sentence on stderr, with exit code 2', async (_title, args, message) => {
    const { code, stdout, stderr } = await run(args, '{}')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(ONE_SENTENCE)
    expect(stderr).toContain(message)
  })

  test('no command at all prints the help on stderr, with exit code 2', async () => {
    const { code, stdout, stderr } = await run([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Commands:')
  })

  test('a header that is not valid is reported without the secret in it', async () => {
    const { code, stderr } = await run(['types', 'http://127.0.0.1/', '--header', 'Bearer S3CRET'])
    expect(code).toBe(2)
    expect(stderr).toMatch(ONE_SENTENCE)
    expect(stderr).not.toContain('S3CRET')
  })

  test.each([
    ['EPIPE', 'at once', 1],
    ['EPIPE', 'while the program waits for it', 1],
    ['EIO', 'at once', 2],
    ['EIO', 'while the program waits for it', 2],
  ])(
    'a stdout that fails with %s %s ends the program without a message, with exit code %i',
    async (errorCode, when, expected) => {
      const failure = Object.assign(new Error('write failed'), { code: errorCode })
      const stdout = new Writable({
        highWaterMark: 1,
        write: (_text, _encoding, done) =>
          when === 'at once' ? done(failure) : setImmediate().then(() => done(failure)),
      })
      const endless = Readable.from(repeat(Buffer.from('[]\n')))
      let errors = ''
      const stderr = writer((text) => {
        errors += text
      })
      const { code } = await run(['validate', '-'], '', { stdin: endless, stdout, stderr })
      // Let the command that was given up end.
      await setImmediate()
      expect({ code, errors }).toEqual({ code: expected, errors: '' })
    },
  )
})

function* repeat(chunk: Buffer): Generator<Buffer> {
  while (true) yield chunk
}
