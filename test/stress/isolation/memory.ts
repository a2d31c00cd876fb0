// What stays in memory. Needs --expose-gc.
import { setTimeout as sleep } from 'node:timers/promises'

const TURNS = 5
/** It is clear by then that something stays. */
const MOST_TURNS = 10

/** Finalizers run in a turn of their own, and what they let go is collected by the next. */
async function collectOnce(): Promise<void> {
  await sleep(30)
  globalThis.gc?.()
}

/** Bytes of the heap after everything that can be collected is. */
export async function heapUsed(): Promise<number> {
  for (let turn = 0; turn < TURNS; turn++) await collectOnce()
  return process.memoryUsage().heapUsed
}

/** Collects until there is nothing left of what is waited for, or it seems that there always will be. */
export async function collect(left: () => number): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS && left() > 0; turn++) await collectOnce()
}
