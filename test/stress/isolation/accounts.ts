// Whether a run adds up: every call that was made ended, as its kind says, and every handler ran as often as it was
// called.
import { isModern, type Wire } from './ends.js'
import { isRefused, KINDS, type Kind, type Outcome } from './kinds.js'
import type { Counts, Plan, Report } from './plan.js'

/** What does not add up, in words. */
export function discrepancies({ calls, way, wire }: Plan, report: Report): string[] {
  const { finished, counts, entered } = report
  const kinds = Object.keys(KINDS) as Kind[]
  const wrong = finished ? [] : ['it did not finish']
  const asked = sum(kinds.map((kind) => counts[kind]?.asked))
  if (asked !== calls) wrong.push(`${asked} calls were made, not ${calls}`)
  for (const kind of kinds) {
    const count = counts[kind] ?? { asked: 0 }
    const ends: Outcome[] = way === 'bare' && isRefused(kind) ? ['failed'] : KINDS[kind].ends
    const ended = sum(ends.map((end) => count[end]))
    if (count.asked === 0 || ended !== count.asked) {
      wrong.push(`${kind}: ${count.asked} calls were made, ${ended} of them ${ends.join(' or ')}`)
    }
  }
  for (const [handler, [least, most]] of Object.entries(handlersOf(counts, wire, way))) {
    const ran = entered[handler] ?? 0
    if (ran < least || ran > most) wrong.push(`handler ${handler} ran ${ran} times, not ${least} to ${most}`)
  }
  return wrong
}

/** How often the calls ended in each way, of whatever kind. */
export function outcomesOf(counts: Counts): Record<string, number> {
  const outcomes: Record<string, number> = {}
  for (const { asked: _, ...ends } of Object.values(counts)) {
    for (const [end, count] of Object.entries(ends)) outcomes[end] = (outcomes[end] ?? 0) + count
  }
  return outcomes
}

/** How often each handler has to run, at least and at most. */
function handlersOf(counts: Counts, wire: Wire, way: string): Record<string, [least: number, most: number]> {
  const of = (...kinds: Kind[]) => sum(kinds.map((kind) => counts[kind]?.asked))
  const exactly = (count: number): [number, number] => [count, count]
  const [sampling, elicitation] = ['sampling/createMessage', 'elicitation/create']
  // Handlers of the bare SDK refuse contexts themselves.
  const refused = way === 'bare' ? of('missing', 'invalid', 'too_large') : 0
  return {
    plain: exactly(of('plain', 'traced', 'inherited', 'nested', 'looped') + refused),
    read: exactly(of('read')),
    inherited: exactly(of('inherited')),
    nested: exactly(of('nested')),
    looped: exactly(of('looped')),
    failing: exactly(of('failing')),
    // In 2026-07-28 once more, with what the client was asked for.
    asking: exactly(of('asking') * (isModern(wire) ? 2 : 1)),
    ...(isModern(wire) ? { [elicitation]: exactly(of('asking')) } : {}),
    ...(isModern(wire) ? {} : { [sampling]: [1, of('asking')], [elicitation]: [1, of('asking')] }),
    // A call may be gone before its handler runs.
    slow: [of('slow'), of('slow', 'overtaken')],
    held: [1, of('cancelled at once', 'cancelled later', 'cancelled in the middleware', 'timed out', 'cut off')],
  }
}

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, number) => total + (number ?? 0), 0)
}
