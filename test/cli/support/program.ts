// Runs the program: in this process, or as a user does, in a process of its own.
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ProgramIo } from '../../../src/cli/io.js'
import { runProgram } from '../../../src/cli/program.js'

export const REPOSITORY = dirname(fileURLToPath(new URL('../../../package.json', import.meta.url)))

/** What a command that cannot run writes to stderr: one line of this program, without a stack trace. */
export const ONE_SENTENCE = /^mcp-request-context: [^\n]+\n$/

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs the program in this process, with `input` on its stdin. What it would do in a second process happens in this
 * one, too. No time limit of it passes.
 */
export async function run(
  args: readonly string[],
  input: string | Buffer = '',
  io: Partial<ProgramIo> = {},
): Promise<Ran> {
  const output = { stdout: '', stderr: '' }
  const collect = (name: keyof typeof output) =>
    writer((text) => {
      output[name] += text
    })
  const code = await runProgram(args, {
    stdin: Readable.from(pieces(Buffer.from(input as string))),
    stdout: collect('stdout'),
    stderr: collect('stderr'),
    cwd: process.cwd(),
    env: process.env,
    wait: () => new Promise(() => {}),
    runAgain: async (command, request) => (await run([command], request)).stdout,
    ...io,
  })
  return { code, ...output }
}

/** A stream that gives what is written to it to a function. */
export function writer(write: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      write(text)
      done()
    },
  })
}

/** Bytes as a pipe delivers them. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536)
}

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

/** Starts the program in a process of its own. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const node = ['--import', import.meta.resolve('tsx'), MAIN]
  return spawn(process.execPath, [...node, ...args], { env: { ...process.env, ...env } })
}

/** Runs the program in a process of its own, with `input` on its stdin. */
export function spawnProgram(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = start(args, env)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text
    })
  }
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...output })))
}
