// Runs what was planned, in a process of its own.
import { runProgram } from '../program.js'
import type { Wire } from './ends.js'
import type { Carrier } from './links.js'
import type { Plan, Report } from './plan.js'

const WIDTH = { 'in memory': 500, 'over HTTP': 64 } as const
const ROUND = { 'in memory': 1000, 'over HTTP': 500 } as const
/** Many times what a call takes, in seconds. */
const MOST = { 'in memory': 0.005, 'over HTTP': 0.03 } as const

/** So many calls, with connections enough for a run that is small. */
export function planOf(wire: Wire, carrier: Carrier, way: string, calls: number): Plan {
  const round = Math.min(ROUND[carrier], Math.floor(calls / 6))
  return { wire, carrier, way, calls, width: WIDTH[carrier], round, limit: 60 + Math.ceil(calls * MOST[carrier]) }
}

export function perform(plan: Plan): Promise<Report> {
  return runProgram('isolation', [JSON.stringify(plan)], plan.limit)
}
