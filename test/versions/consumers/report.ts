import { setTimeout as sleep } from 'node:timers/promises'

const LONGEST_MS = 60_000

const report: Record<string, string> = {}

/** Checks one claim; what is wrong with it is reported, and the next one is checked. */
export async function claim(title: string, check: () => Promise<void>): Promise<void> {
  const late = new AbortController()
  try {
    await Promise.race([check(), tooLate(late.signal)])
    report[title] = 'holds'
  } catch (error) {
    report[title] = String(error instanceof Error ? error.message : error).slice(0, 500)
  } finally {
    late.abort()
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await sleep(LONGEST_MS, undefined, { signal })
  throw new Error(`no end after ${LONGEST_MS} ms`)
}

/** Prints what became of all claims, and ends the process: a claim that failed may have left a server open. */
export function end(): never {
  process.stdout.write(`${JSON.stringify(report)}\n`)
  process.exit()
}
