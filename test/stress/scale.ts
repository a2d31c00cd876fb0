// How much is run: little by default, or as much as STRESS_CALLS says; `npm run test:stress` says a million.

const LEAST = 10_000

/** How many calls are made in memory. */
export const IN_MEMORY = Number(process.env.STRESS_CALLS ?? LEAST)
if (!Number.isInteger(IN_MEMORY) || IN_MEMORY < LEAST) throw new Error(`STRESS_CALLS is at least ${LEAST}`)

/** How many over HTTP, and to each server that is made for each request: a tenth of those. */
export const OVER_HTTP = Math.ceil(IN_MEMORY / 10)

/** By how many bytes the heap differs from one collection to the next: Node's HTTP client has buffers and pools. */
const NOISE = { 'in memory': 1_000_000, 'over HTTP': 1_500_000 }

/**
 * How many bytes the heap may grow by in so many calls: four for each, which is a quarter of the smallest object
 * that could stay, and the noise.
 */
export function tolerated(calls: number, carrier: keyof typeof NOISE = 'in memory'): number {
  return 4 * calls + NOISE[carrier]
}
