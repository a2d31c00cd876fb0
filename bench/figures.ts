/** A median, and the interval that holds the true median with a probability of 95%. */
export interface Figure {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The median of measurements, one for each round. The interval comes from their order: it assumes no distribution. */
export function figureOf(measurements: readonly number[]): Figure {
  const sorted = [...measurements].sort((one, other) => one - other)
  const last = sorted.length - 1
  const at = (rank: number) => sorted[Math.min(last, Math.max(0, Math.round(rank)))] as number
  const reach = 0.98 * Math.sqrt(sorted.length)
  return { median: at(last / 2), low: at(last / 2 - reach), high: at(last / 2 + reach) }
}

/** How many times as long one subject took as another in the same round. */
export function ratioOf(times: readonly number[], over: readonly number[]): Figure {
  return figureOf(times.map((time, round) => time / (over[round] as number)))
}

/** How much longer one subject took than others together in the same round. */
export function differenceOf(times: readonly number[], ...others: (readonly number[])[]): Figure {
  return figureOf(times.map((time, round) => others.reduce((left, other) => left - (other[round] as number), time)))
}

/** Microseconds as text. */
export function micros(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 1000 ? 1 : 0
  return value.toFixed(digits)
}

/** The median of microseconds as text. */
export function medianOf(times: readonly number[]): string {
  return micros(figureOf(times).median)
}

/** A ratio as text. */
export function ratio(value: number): string {
  return value.toFixed(value < 2 ? 3 : 1)
}

/** A whole number as text. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** A figure as two cells of a table: the median and its interval. */
export function cells({ median, low, high }: Figure, show: (value: number) => string): [string, string] {
  return [show(median), `${show(low)} to ${show(high)}`]
}
