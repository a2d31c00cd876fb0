/** What is measured: one call of it, finished when its promise is. */
export type Subject = () => unknown

export interface Measured {
  readonly name: string
  /** Microseconds for one call, the median of all rounds. */
  readonly micros: number
  /** The time over the first subject's in the same round: the median, and the quartiles around it. */
  readonly ratio: { readonly median: number; readonly low: number; readonly high: number }
}

export interface Effort {
  /** How often each subject is timed. Default 60. */
  readonly rounds?: number
  /** About how long one timing takes, in milliseconds. Default 10. */
  readonly millis?: number
}

/**
 * Times subjects side by side: in each round all of them, in an order that turns from round to round. So what the machine
 * does beside it falls on all alike, and a ratio is one of the same round.
 *
 * @returns the subjects in their order; ratios are to the first
 */
export async function compare(
  subjects: Readonly<Record<string, Subject>>,
  { rounds = 60, millis = 10 }: Effort = {},
): Promise<Measured[]> {
  const entries = Object.entries(subjects)
  const batches = new Map<string, number>()
  for (const [name, subject] of entries) batches.set(name, await batchFor(subject, millis))
  const times = new Map(entries.map(([name]) => [name, [] as number[]]))
  for (let round = 0; round < rounds; round++) {
    const turned = [...entries.slice(round % entries.length), ...entries.slice(0, round % entries.length)]
    for (const [name, subject] of turned) {
      times.get(name)?.push(await time(subject, batches.get(name) as number))
    }
  }
  const first = times.get(entries[0]?.[0] as string) as number[]
  return [...times].map(([name, own]) => {
    const ratios = own.map((micros, round) => micros / (first[round] as number))
    return {
      name,
      micros: quantile(own, 0.5),
      ratio: { median: quantile(ratios, 0.5), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) },
    }
  })
}

/** Warms a subject up, and finds how many calls of it take so long. */
async function batchFor(subject: Subject, millis: number): Promise<number> {
  let batch = 1
  for (;;) {
    const micros = await time(subject, batch)
    if (micros * batch >= millis * 1000) return batch
    batch *= 2
  }
}

/** Microseconds for one call. */
async function time(subject: Subject, batch: number): Promise<number> {
  const start = performance.now()
  for (let call = 0; call < batch; call++) await subject()
  return ((performance.now() - start) * 1000) / batch
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * part)] as number
}
