// What one run is told, and what it answers.
import type { Detector } from './detector.js'
import type { Wire } from './ends.js'
import type { Kind, Outcome } from './kinds.js'
import type { Carrier } from './links.js'

export interface Plan {
  readonly wire: Wire
  readonly carrier: Carrier
  /** The name of the way that contexts go. */
  readonly way: string
  readonly calls: number
  /** How many calls are made at once. */
  readonly width: number
  /** How many calls share a connection in the first half of the run; the second half shares the last connection. */
  readonly round: number
  /** After so many seconds a run gives up. */
  readonly limit: number
}

/** How calls of each kind ended; `otherwise` is none of the ways that there are. */
export type Counts = Partial<Record<Kind, { asked: number } & Partial<Record<Outcome | 'otherwise', number>>>>

export interface Report
  extends Pick<Detector, 'looks' | 'mixed' | 'unexpected' | 'examples' | 'entered' | 'watched' | 'collected'> {
  readonly finished: boolean
  readonly counts: Counts
  readonly connections: number
  /** How many of what was watched were still there after the last call, with all connections open. */
  readonly alive: number
  /** Bytes that the heap grew by in calls on one lasting connection: how many calls, and how many bytes. */
  readonly lasting: { readonly calls: number; readonly grown: number }
  readonly seconds: number
}
