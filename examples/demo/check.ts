import type { Answer } from './server.js'

/** One call: the token that it sent, and the answer of the server. */
export interface Call {
  readonly sent: string
  readonly answer: Answer
}

/** The calls over one transport. */
export interface Run {
  /** Calls that were made one after the other. */
  readonly inTurn: readonly Call[]
  /** Calls that were made at the same time. */
  readonly atOnce: readonly Call[]
}

/** The calls whose handler did not see the token that was sent. */
export function wrongAnswers(calls: readonly Call[]): Call[] {
  return calls.filter(({ sent, answer }) => answer.token !== sent)
}

/** What all answers together say about the server. */
export function summaryOf({ inTurn, atOnce }: Run) {
  const answers = [...inTurn, ...atOnce].map(({ answer }) => answer)
  return {
    session: [...new Set(answers.map(({ session }) => session))].join(' and '),
    handshakes: Math.max(0, ...answers.map(({ handshakes }) => handshakes)),
    mostAtOnce: Math.max(0, ...answers.map(({ mostAtOnce }) => mostAtOnce)),
  }
}

/** What went wrong in a run. It is empty if every call saw its own token, and all used one connection. */
export function failuresOf(run: Run): string[] {
  const calls = [...run.inTurn, ...run.atOnce]
  const failures = wrongAnswers(calls).map(({ sent, answer }) => `sent ${sent}, the server saw ${answer.token}`)
  const { handshakes, mostAtOnce } = summaryOf(run)
  const sessions = new Set(calls.map(({ answer }) => answer.session)).size
  if (sessions !== 1) failures.push(`${sessions} sessions instead of 1`)
  if (handshakes !== 1) failures.push(`${handshakes} handshakes instead of 1`)
  if (mostAtOnce < 2) failures.push('no calls overlapped')
  return failures
}
