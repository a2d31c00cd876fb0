// How time grows with size. Times are compared within one run only. What another process takes is no growth: the quickest
// of some samples counts, and a growth that is found too steep is measured again. Quadratic code is steep each time.

import { inTime } from './harmless.js'

const FOLD = 4
const ATTEMPTS = 6
const SAMPLES = 5
/** In milliseconds: a sample is made of so many calls that it takes at least this ... */
const SHORTEST_SAMPLE = 0.5
/** ... and a call that takes longer is sampled less often. */
const LONGEST = 150

/** The time of a call, in milliseconds. */
export function timeOf(call: () => unknown): number {
  inTime(call)
  let calls = 1
  let quickest = sampleOf(call, calls)
  while (quickest < SHORTEST_SAMPLE) {
    calls *= 2
    quickest = sampleOf(call, calls)
  }
  let spent = quickest
  for (let sample = 1; sample < SAMPLES && spent < LONGEST; sample++) {
    const time = sampleOf(call, calls)
    spent += time
    quickest = Math.min(quickest, time)
  }
  return quickest / calls
}

function sampleOf(call: () => unknown, calls: number): number {
  const start = performance.now()
  for (let index = 0; index < calls; index++) call()
  return performance.now() - start
}

/** What is to be timed; `beside` it, where there is one, what the engine itself takes for such a value. */
export interface Timed {
  readonly call: () => unknown
  readonly beside?: () => unknown
}

/**
 * The exponent of the growth, over sizes that are 64-fold apart: 1 for time that grows with size, 2 for a quadratic. Of
 * what is timed beside something else, it is that of what it takes more, and 1 for what grows as that does.
 *
 * @param prepare makes what is to be timed, for a size; it is not timed itself
 * @param enough an exponent below this is not measured again
 */
export function exponentOf(smallest: number, prepare: (size: number) => Timed, enough: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < ATTEMPTS && least >= enough; attempt++) {
    const times = [1, FOLD, FOLD ** 2, FOLD ** 3].map((factor) => {
      const { call, beside } = prepare(smallest * factor)
      return beside === undefined ? timeOf(call) : (factor * timeOf(call)) / timeOf(beside)
    })
    least = Math.min(least, slopeOf(times.map(Math.log)))
  }
  return least
}

/** Least squares over equal steps of the size. */
function slopeOf([zero = 0, one = 0, two = 0, three = 0]: readonly number[]): number {
  return (3 * (three - zero) + (two - one)) / (10 * Math.log(FOLD))
}
