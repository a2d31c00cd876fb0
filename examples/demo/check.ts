import type { Answer } from './server.js'

/** One call: the token that it was sent with, and what the server answered. */
export interface Call {
  readonly sent: string
  readonly answer: Answer
}

/** The calls over one transport. */
export interface Run {
  /** One after the other. */
  readonly inTurn: readonly Call[]
  /** All at once. */
  readonly atOnce: readonly Call[]
}

/** The calls whose handler saw another token than the one sent. */
export function wrongAnswers(calls: readonly Call[]): Call[] {
  return calls.filter(({ sent, answer }) => answer.token !== sent)
}

/** What the server said of itself in all of its answers. */
export function summaryOf({ inTurn, atOnce }: Run) {
  const answers = [...inTurn, ...atOnce].map(({ answer }) => answer)
  return {
    session: [...new Set(answers.map(({ session }) => session))].join(' and '),
    handshakes: Math.max(0, ...answers.map(({ handshakes }) => handshakes)),
    mostAtOnce: Math.max(0, ...answers.map(({ mostAtOnce }) => mostAtOnce)),
  }
}

/** What is wrong with a run, for a reader; nothing when every call saw its own token, all on one connection. */
export function faultsOf(run: Run): string[] {
  const calls = [...run.inTurn, ...run.atOnce]
  const faults = wrongAnswers(calls).map(({ sent, answer }) => `sent ${sent}, the server saw ${answer.token}`)
  const { handshakes, mostAtOnce } = summaryOf(run)
  const sessions = new Set(calls.map(({ answer }) => answer.session)).size
  if (sessions !== 1) faults.push(`${sessions} sessions instead of 1`)
  if (handshakes !== 1) faults.push(`${handshakes} handshakes instead of 1`)
  if (mostAtOnce < 2) faults.push('no calls overlapped')
  return faults
}
