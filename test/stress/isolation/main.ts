// The program of a run. Argument: the plan, as JSON. It answers with a line of JSON, in time: what it found out so far.
import { bare } from './bare.js'
import { FAULTY } from './faulty.js'
import { installed } from './installed.js'
import type { Plan } from './plan.js'
import { Run } from './run.js'
import type { Way } from './way.js'

const WAYS: Readonly<Record<string, Way>> = { installed, bare, ...FAULTY }

const plan = JSON.parse(process.argv[2] as string) as Plan
const run = new Run(plan)

function answer(): void {
  process.stdout.write(`${JSON.stringify(run.report())}\n`, () => process.exit())
}

setTimeout(answer, plan.limit * 1000)
await run.finish(WAYS[plan.way] as Way)
answer()
