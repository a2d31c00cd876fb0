import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('refusing.ts', import.meta.url))
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

test('a process that refuses contexts on every side writes nothing to stdout or stderr', async () => {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), PROGRAM], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  expect({ stdout, stderr, code }).toEqual({ stdout: '', stderr: '', code: 0 })
})
