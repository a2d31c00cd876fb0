import type { Subject } from './rounds.js'

/** Calls that are all made at once, and waited for together; a single one is by itself. */
export function inFlight(calls: number, call: (index: number) => Promise<unknown>): Subject {
  if (calls === 1) return { run: () => call(0) }
  const all = Array.from({ length: calls }, (_, index) => index)
  return { calls, run: () => Promise.all(all.map(call)) }
}
