import { quartiles, type Spread } from './spread.js'
import type { Target } from './target.js'

/** Subjects that were measured side by side. */
export interface Section {
  readonly title: string
  /** The first row has the headings; the first column is text, the others are figures. */
  readonly table: readonly (readonly string[])[]
  /** What else there is to say. */
  readonly remark?: string
  readonly targets?: readonly Target[]
}

/** A spread as two cells. */
export function cells(spread: Spread, show: (value: number) => string): [string, string] {
  return [show(spread.median), quartiles(spread, show)]
}
