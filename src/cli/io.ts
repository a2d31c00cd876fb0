import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { printable } from '../shared/printable.js'

/** What the program uses of the process that it runs in. */
export interface ProgramIo {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  /** The folder that relative paths start from. */
  readonly cwd: string
  /** The environment for a server that the program starts. */
  readonly env: NodeJS.ProcessEnv
  /** Resolves after this many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<unknown>
  /** Runs this program again, with limits, with one argument and text for its stdin. Resolves with its stdout. */
  readonly runAgain: (command: string, input: string, milliseconds: number) => Promise<string>
}

/** One run of the program. */
export interface Run extends ProgramIo {
  /** The exit code so far. The program ends with it when the reader of stdout leaves early. */
  exitCode: number
}

/** Writes to stdout and waits for a slow reader, so that output does not pile up in memory. */
export async function print({ stdout }: ProgramIo, text: string): Promise<void> {
  if (!stdout.write(text)) await once(stdout, 'drain')
}

/** Ends the program with exit code 2. The message is one sentence that says what to do. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun'
}

const MAX_REASON_LENGTH = 300

/** Says in one printable line why something failed. The innermost cause says most. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'for an unknown reason'
  if (error.cause instanceof Error) return reasonOf(error.cause)
  const { code } = error as NodeJS.ErrnoException
  const line = error.message.split('\n', 1)[0] || (typeof code === 'string' ? code : error.name)
  return printable(line.length > MAX_REASON_LENGTH ? `${line.slice(0, MAX_REASON_LENGTH)}...` : line)
}
