// The checker of each topic: what came of a case, compared with what it expects.
import { differences, type Observation } from '../observation.js'
import { observeReception } from '../receiving.js'
import type { Vector } from '../vectors.js'
import { observeContext } from './contexts.js'
import { observeBindings, observeKey } from './definitions.js'
import { observeError } from './errors.js'
import { observeExample } from './examples.js'
import { observeExchange } from './exchanges.js'
import { observeDecoding, observeEncoding } from './headers.js'
import { observeMerging, observeMessage } from './messages.js'
import { observeMirroring } from './mirroring.js'
import { observeNegotiation } from './negotiation.js'

type Observe = (input: never) => Observation[] | Promise<Observation[]>

const OBSERVERS: Readonly<Record<string, Observe>> = {
  keys: observeKey,
  contexts: observeContext,
  limits: observeContext,
  messages: observeMessage,
  merging: observeMerging,
  requiring: observeReception,
  errors: observeError,
  bindings: observeBindings,
  'header-encoding': observeEncoding,
  'header-decoding': observeDecoding,
  mirroring: observeMirroring,
  verification: observeReception,
  lifting: observeReception,
  negotiation: observeNegotiation,
  exchanges: observeExchange,
  examples: observeExample,
}

export const topics: readonly string[] = Object.keys(OBSERVERS)

/** What comes of a case, on each side and in each way that leads to the same end. */
export async function observe(topic: string, { input }: Pick<Vector, 'input'>): Promise<Observation[]> {
  if (!Object.hasOwn(OBSERVERS, topic)) throw new Error(`there is no checker for the topic ${topic}`)
  return (OBSERVERS[topic] as Observe)(input as never)
}

/** The issues of a case: in what this implementation does something else. */
export async function check(topic: string, vector: Vector): Promise<string[]> {
  return issuesOf(vector, await observe(topic, vector))
}

export function issuesOf(vector: Vector, observations: readonly Observation[]): string[] {
  if (observations.length === 0) return [`${vector.id}: nothing was observed`]
  return observations.flatMap((observed) => differences(vector, observed))
}
