// What finds nothing wrong with this package finds what is wrong with ways that are.
import { expect, test } from 'vitest'
import { discrepancies } from './isolation/accounts.js'
import type { Wire } from './isolation/ends.js'
import type { FAULTY } from './isolation/faulty.js'
import type { Carrier } from './isolation/links.js'
import { perform, planOf } from './isolation/planned.js'
import { tolerated } from './scale.js'

type Fault = keyof typeof FAULTY

const LIMIT = 150_000

const MIXING: [Fault, Carrier, Wire][] = [
  ['shared headers', 'over HTTP', 'SDK 1'],
  ['shared headers', 'over HTTP', 'SDK 2, 2026-07-28'],
  ['shared context', 'in memory', 'SDK 2, 2025-11-25'],
  ['variable', 'in memory', 'SDK 1'],
  ['cached', 'in memory', 'SDK 2, 2026-07-28'],
]

test.concurrent.each(MIXING)(
  '%s, %s, %s: mixed answers are counted',
  async (fault, carrier, wire) => {
    const report = await perform(planOf(wire, carrier, fault, 2000))
    expect(report.mixed).toBeGreaterThan(20)
    expect(report.examples.join('\n')).toMatch(/ saw .*tenant-/)
  },
  LIMIT,
)

test.concurrent(
  'scopes that are kept are counted, and weigh',
  async () => {
    const { mixed, entered, alive, lasting } = await perform(planOf('SDK 1', 'in memory', 'kept', 6000))
    expect(mixed).toBe(0)
    expect(alive).toBe(Object.values(entered).reduce((total, count) => total + count))
    expect(lasting.grown).toBeGreaterThan(tolerated(lasting.calls))
  },
  LIMIT,
)

test.concurrent(
  'scopes that are kept are told from those of open sockets',
  async () => {
    const plan = planOf('SDK 2, 2026-07-28', 'over HTTP', 'kept', 600)
    const { alive } = await perform(plan)
    expect(alive).toBeGreaterThan(4 * plan.width)
  },
  LIMIT,
)

test.concurrent(
  'calls that are not refused do not add up',
  async () => {
    const plan = planOf('SDK 1', 'in memory', 'lax', 2000)
    expect(discrepancies(plan, await perform(plan))).toEqual([
      expect.stringMatching(/^missing: (\d\d) calls were made, 0 of them refused$/),
      expect.stringMatching(/^handler plain ran \d+ times, not \d+ to \d+$/),
    ])
  },
  LIMIT,
)

test.concurrent(
  'a run that takes too long ends, and does not add up',
  async () => {
    const plan = { ...planOf('SDK 1', 'in memory', 'installed', 1_000_000), limit: 3 }
    expect(discrepancies(plan, await perform(plan))).toContain('it did not finish')
  },
  LIMIT,
)
