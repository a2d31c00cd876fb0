import { printable } from './printable.js'

/** What ends the program with exit code 2: its message is one sentence that says what to do. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun'
}

const LONGEST_REASON = 300

/** Why something failed, in one line that is fit for a terminal, whoever wrote the message: what lies deepest says most. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'for an unknown reason'
  if (error.cause instanceof Error) return reasonOf(error.cause)
  const { code } = error as NodeJS.ErrnoException
  const line = error.message.split('\n', 1)[0] || (typeof code === 'string' ? code : error.name)
  return printable(line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}...` : line)
}
