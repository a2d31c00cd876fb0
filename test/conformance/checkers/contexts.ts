import { ContextError, decodeContext, encodeContext } from 'mcp-request-context'
import { definitionOf } from '../definition.js'
import type { Observation } from '../observation.js'
import type { VectorDefinition } from '../vectors.js'

interface Input {
  readonly definition: VectorDefinition
  readonly context: string
}

type Judged = Omit<Observation, 'by'>
type Side = (input: Input, maxBytes?: number) => Promise<Judged>

const SIDES: readonly [by: string, side: Side][] = [
  ['a receiver', receiver],
  ['a sender', sender],
]

/** Both sides judge a context alike; of one that is taken, its exact size is found too. */
export async function observeContext(input: Input): Promise<Observation[]> {
  const observations: Observation[] = []
  for (const [by, side] of SIDES) {
    const judged = await side(input)
    const output = judged.outcome === 'accept' ? { ...judged.output, bytes: await sizeOf(input, side) } : judged.output
    observations.push({ by, ...judged, output })
  }
  return observations
}

/** The least `maxBytes` that takes a context. */
async function sizeOf(input: Input, side: Side): Promise<number> {
  let [low, high] = [1, 16384]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((await side(input, middle)).outcome === 'accept') high = middle
    else low = middle + 1
  }
  return low
}

async function receiver({ definition, context }: Input, maxBytes?: number): Promise<Judged> {
  const decoded = await decodeContext(definitionWith(definition, maxBytes), JSON.parse(context))
  if (decoded.ok) return { outcome: 'accept', output: { context: decoded.context } }
  const { reason, issues } = decoded.rejection
  return { outcome: 'reject', output: { reason, paths: issues.map(({ path }) => path) } }
}

async function sender({ definition, context }: Input, maxBytes?: number): Promise<Judged> {
  try {
    const encoded = await encodeContext(definitionWith(definition, maxBytes), JSON.parse(context))
    return { outcome: 'accept', output: { context: encoded } }
  } catch (error) {
    if (!(error instanceof ContextError)) throw error
    return { outcome: 'reject', output: { reason: error.code, paths: error.issues.map(({ path }) => path) } }
  }
}

function definitionWith(definition: VectorDefinition, maxBytes?: number) {
  return definitionOf(definition, maxBytes === undefined ? {} : { maxBytes })
}
