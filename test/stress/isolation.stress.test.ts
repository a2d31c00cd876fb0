// Many calls of all kinds overlap: no answer is that of another call, and nothing of a request stays.
import { describe, expect, test } from 'vitest'
import { discrepancies, outcomesOf } from './isolation/accounts.js'
import { WIRES } from './isolation/ends.js'
import type { Carrier } from './isolation/links.js'
import type { Plan, Report } from './isolation/plan.js'
import { perform, planOf } from './isolation/planned.js'
import { IN_MEMORY, OVER_HTTP, tolerated } from './scale.js'

const SCALES = [
  ['in memory', IN_MEMORY],
  ['over HTTP', OVER_HTTP],
] as const satisfies [Carrier, number][]

describe.each(SCALES)('%s, %i calls', (carrier, total) => {
  const calls = Math.ceil(total / WIRES.length)
  const { limit } = planOf(WIRES[0], carrier, 'installed', calls)

  test.concurrent.each(WIRES)(
    '%s: no answer is mixed up, and no scope stays',
    async (wire) => {
      const plans = ['installed', 'bare'].map((way) => planOf(wire, carrier, way, calls)) as [Plan, Plan]
      const installed = await perform(plans[0])
      const bare = await perform(plans[1])
      console.log(summaryOf(plans[0], installed, bare))
      for (const [index, report] of [installed, bare].entries()) {
        expect(report.examples).toEqual([])
        expect(report.mixed).toBe(0)
        expect(discrepancies(plans[index] as Plan, report)).toEqual([])
      }
      expect(installed.looks).toBeGreaterThan(5 * calls)
      expect(installed.watched).toBeGreaterThan(calls)
      // A socket that was opened below a handler keeps the scope of that request for as long as it is open.
      expect(installed.alive).toBeLessThanOrEqual(carrier === 'in memory' ? 0 : plans[0].width)
      expect(installed.collected).toBe(installed.watched)
      expect(installed.lasting.grown - bare.lasting.grown).toBeLessThan(tolerated(installed.lasting.calls, carrier))
    },
    2 * (limit + 30) * 1000,
  )
})

function summaryOf({ wire, carrier, calls }: Plan, installed: Report, bare: Report): string {
  const { counts, connections, looks, mixed, watched, collected, alive } = installed
  const outcomes = Object.entries(outcomesOf(counts)).map(([outcome, count]) => `${count} ${outcome}`)
  const growth = ({ lasting: { calls, grown } }: Report) => `${(grown / calls).toFixed(2)} bytes`
  return [
    `${wire}, ${carrier}, Node ${process.version}: ${calls} calls, ${outcomes.join(', ')}; ${connections} connections`,
    `  ${looks} looks at a context, ${mixed} mixed up; ${watched} scopes and views, ${watched - collected} left (${alive} before closing)`,
    `  ${growth(installed)} more for each call of ${installed.lasting.calls} (bare SDK: ${growth(bare)})`,
    `  ${installed.seconds.toFixed(0)} s (bare SDK: ${bare.seconds.toFixed(0)} s)`,
  ].join('\n')
}
