import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Call, failuresOf } from '../../examples/demo/check.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function runDemo(): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/demo/main.ts'], { cwd: root, timeout: 120_000 })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

describe('the demo', () => {
  let ended: Ended
  beforeAll(async () => {
    ended = await runDemo()
  })

  /** The paragraph that a line begins. */
  const paragraph = (beginning: RegExp) => ended.stdout.split('\n\n').find((text) => beginning.test(text)) ?? ''

  test('ends by itself, without a failure', () => {
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^Every call with a context saw its own token\.$/m)
  })

  test.each([
    ['Streamable HTTP', /^Streamable HTTP: session [\w-]{36}, handshakes: 1$/m],
    ['stdio', /^stdio: process \d+, handshakes: 1$/m],
    ['memory', /^In memory: process \d+, handshakes: 1$/m],
  ])('over %s every token arrives with its own call, on one connection', (_, title) => {
    expect(paragraph(title)).toMatch(/^ {2}sent TOKEN_1 +server saw TOKEN_1$/m)
    expect(paragraph(title)).toMatch(/^ {2}sent TOKEN_2 +server saw TOKEN_2$/m)
    expect(paragraph(title)).toMatch(/^ {2}sent TOKEN_3 to TOKEN_102, .* server saw 100 right, 0 wrong$/m)
    const [, atOnce] = /up to (\d+) at once/.exec(paragraph(title)) ?? []
    expect(Number(atOnce)).toBeGreaterThan(10)
  })

  test('over stdio the server is another process', () => {
    const [, child] = /^stdio: process (\d+)/m.exec(ended.stdout) ?? []
    const [, own] = /^In memory: process (\d+)/m.exec(ended.stdout) ?? []
    expect(child).not.toBe(own)
  })

  test('shared headers mix tokens up', () => {
    const [, shared = ''] = ended.stdout.split('Without this package')
    const [, right, wrong] = /server saw (\d+) right, (\d+) wrong/.exec(shared) ?? []
    expect(Number(right) + Number(wrong)).toBe(100)
    expect(Number(wrong)).toBeGreaterThan(0)
  })

  test('prints no colour codes and fits on a screen', () => {
    expect(ended.stdout).not.toContain('\u001b')
    expect(ended.stdout.trim().split('\n').length).toBeLessThanOrEqual(30)
  })
})

describe('what decides the exit code', () => {
  const call = (sent: string, answer: Partial<Call['answer']> = {}): Call => ({
    sent,
    answer: { token: sent, session: 'session 1', handshakes: 1, mostAtOnce: 3, ...answer },
  })
  const inTurn = [call('TOKEN_1'), call('TOKEN_2')]
  const atOnce = [call('TOKEN_3'), call('TOKEN_4'), call('TOKEN_5')]

  test('no fault where every call saw its own token', () => {
    expect(failuresOf({ inTurn, atOnce })).toEqual([])
  })

  test.each([
    ['one wrong answer in turn', { inTurn: [call('TOKEN_1', { token: 'TOKEN_2' })], atOnce }],
    ['one wrong answer at once', { inTurn, atOnce: [...atOnce, call('TOKEN_6', { token: 'TOKEN_3' })] }],
    ['a second session', { inTurn, atOnce: [...atOnce, call('TOKEN_6', { session: 'session 2' })] }],
    ['a second handshake', { inTurn, atOnce: [...atOnce, call('TOKEN_6', { handshakes: 2 })] }],
    ['calls that did not overlap', { inTurn: [], atOnce: [call('TOKEN_3', { mostAtOnce: 1 })] }],
    ['no answers', { inTurn: [], atOnce: [] }],
  ])('a fault for %s', (_, run) => {
    expect(failuresOf(run)).not.toEqual([])
  })
})
