// What came of a case, and how that is compared with what the case expects.
import { isDeepStrictEqual } from 'node:util'
import type { Outcome, Path, Vector } from './vectors.js'

export interface Observation {
  /** Which side, or which way to the same end, this was seen on. */
  readonly by: string
  readonly outcome: Outcome
  /** The members that a case's `output` may have. */
  readonly output: Readonly<Record<string, unknown>>
  /** What was sent, as text: where `hidden` strings must not be, and `shown` ones must. */
  readonly text?: string
}

/** In what an observation is not what a vector expects; nothing where it is. */
export function differences(vector: Vector, observed: Observation): string[] {
  const issues: string[] = []
  const say = (issue: string) => issues.push(`${vector.id}, ${observed.by}: ${issue}`)
  if (observed.outcome !== vector.outcome) say(`expected ${vector.outcome}, got ${observed.outcome}`)
  for (const [name, expected] of Object.entries(vector.output ?? {})) {
    compare(name, expected, observed.output[name], say)
  }
  for (const hidden of vector.hidden ?? []) {
    if (observed.text === undefined || observed.text.includes(hidden)) say(`${hidden} is shown`)
  }
  for (const shown of vector.shown ?? []) if (!observed.text?.includes(shown)) say(`${shown} is not shown`)
  return issues
}

function compare(name: string, expected: unknown, actual: unknown, say: (issue: string) => void): void {
  if (name === 'paths') {
    comparePaths(expected as readonly Path[], (actual ?? []) as readonly Path[], say)
  } else if (name === 'response' && typeof actual === 'object' && actual !== null) {
    for (const [member, value] of Object.entries(expected as object)) {
      compare(member, value, (actual as Record<string, unknown>)[member], say)
    }
  } else if (!isDeepStrictEqual(plain(actual), plain(expected))) {
    say(`${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
  }
}

/** A receiver may find more issues than a case names. Where it names none, there is none. */
function comparePaths(expected: readonly Path[], actual: readonly Path[], say: (issue: string) => void): void {
  if (expected.length === 0 && actual.length > 0) say(`paths: expected none, got ${JSON.stringify(actual)}`)
  for (const path of expected) {
    if (!actual.some((other) => isDeepStrictEqual(path, other))) {
      say(`paths: ${JSON.stringify(path)} is not among ${JSON.stringify(actual)}`)
    }
  }
}

/** What JSON makes of it: prototypes, and members that are undefined, are no difference. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
