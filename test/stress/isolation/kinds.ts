// The kinds of calls that a stress run is a mix of, and how each of them ends.

export type Outcome = 'answered' | 'failed' | 'refused' | 'cancelled' | 'timed out' | 'cut off' | 'withheld'

interface Share {
  /** How many of a hundred calls. */
  readonly share: number
  readonly ends: Outcome[]
}

export const KINDS = {
  plain: { share: 28, ends: ['answered'] },
  slow: { share: 6, ends: ['answered'] },
  /** Under a second context, whose schema is asynchronous. */
  traced: { share: 8, ends: ['answered'] },
  /** A result that SDK 2.x would cache, whatever the context. */
  read: { share: 8, ends: ['answered'] },
  /** Its handler calls another server, and passes its own context on. */
  inherited: { share: 6, ends: ['answered'] },
  /** Its handler calls another server under a context of its own. */
  nested: { share: 6, ends: ['answered'] },
  /** Its handler calls its own server, on the same connection. */
  looped: { share: 4, ends: ['answered'] },
  /** Its handler asks the client back, under a context of its own. */
  asking: { share: 6, ends: ['answered'] },
  failing: { share: 6, ends: ['failed'] },
  'cancelled at once': { share: 3, ends: ['cancelled'] },
  'cancelled later': { share: 4, ends: ['cancelled'] },
  /** While its second context's schema is at work. */
  'cancelled in the middleware': { share: 3, ends: ['cancelled'] },
  'timed out': { share: 4, ends: ['timed out'] },
  missing: { share: 2, ends: ['refused'] },
  invalid: { share: 2, ends: ['refused'] },
  too_large: { share: 1, ends: ['refused'] },
  /** Refused before anything is sent: a context that is wrong, or a source that fails. */
  withheld: { share: 3, ends: ['withheld'] },
  /** These two are in flight when their connection ends; the second may be done by then. None of the hundred. */
  'cut off': { share: 0, ends: ['cut off'] },
  overtaken: { share: 0, ends: ['answered', 'cut off'] },
} satisfies Record<string, Share>

export type Kind = keyof typeof KINDS

const HUNDRED = Object.entries(KINDS).flatMap(([kind, { share }]) => Array<Kind>(share).fill(kind as Kind))

/** The kind of a call by its number: 37 has no factor in common with a hundred, so neighbours are of different kinds. */
export function kindOf(number: number): Kind {
  return HUNDRED[(number * 37) % HUNDRED.length] as Kind
}

function endsAs(...outcomes: readonly Outcome[]): (kind: Kind) => boolean {
  return (kind) => KINDS[kind].ends.some((end) => outcomes.includes(end))
}

/** Whether a call of a kind ends before its handler does. */
export const isAbandoned = endsAs('cancelled', 'timed out')
export const isRefused = endsAs('refused')
export const isCutOff = endsAs('cut off')
