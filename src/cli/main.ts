#!/usr/bin/env node
import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProgramIo } from './io.js'
import { runProgram } from './program.js'

// The limits of a process that the program starts, beside its time.
const MAX_MEGABYTES = 256
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

const { argv, env, execArgv, execPath, stderr, stdin, stdout } = process

const runAgain: ProgramIo['runAgain'] = (command, input, milliseconds) => {
  const args = [...execArgv, `--max-old-space-size=${MAX_MEGABYTES}`, String(argv[1]), command]
  const options = {
    timeout: milliseconds,
    maxBuffer: MAX_OUTPUT_BYTES,
    killSignal: 'SIGKILL',
    // json-schema-to-typescript logs to stdout when VERBOSE is set.
    env: { ...env, VERBOSE: '' },
  } as const
  return new Promise((resolve, reject) => {
    const child = execFile(execPath, args, options, (error, output) => (error ? reject(error) : resolve(output)))
    // A process that ends before it reads its input is reported by its exit.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

const code = await runProgram(argv.slice(2), {
  stdin,
  stdout,
  stderr,
  cwd: process.cwd(),
  env,
  wait: (milliseconds) => delay(milliseconds, undefined, { ref: false }),
  runAgain,
})
// Exit only after stdout has taken everything, but do not wait for an open socket or pipe.
await new Promise<void>((resolve) => stdout.write('', () => resolve()))
process.exit(code)
