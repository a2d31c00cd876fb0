/** The median of figures that belong to rounds, and the quartiles around it. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] as number
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

/** The spread of one subject's time over another's in the same round. */
export function ratioOf(times: readonly number[], over: readonly number[]): Spread {
  return spreadOf(times.map((micros, round) => micros / (over[round] as number)))
}

/** The spread of one subject's time without that of others in the same round. */
export function differenceOf(times: readonly number[], ...without: (readonly number[])[]): Spread {
  return spreadOf(
    times.map((micros, round) => without.reduce((left, other) => left - (other[round] as number), micros)),
  )
}

/** Microseconds for a reader. */
export function micros(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 1000 ? 1 : 0
  return value.toFixed(digits)
}

export function quartiles({ low, high }: Spread, show: (value: number) => string): string {
  return `${show(low)} to ${show(high)}`
}

/** A ratio for a reader. */
export function times(value: number): string {
  return value.toFixed(value < 2 ? 3 : 1)
}

/** A large whole number for a reader. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
