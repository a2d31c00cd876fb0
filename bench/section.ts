import type { Measured } from './compare.js'

/** Subjects that were timed side by side; ratios are to the first. */
export interface Section {
  readonly title: string
  readonly measured: readonly Measured[]
  /** What else there is to say. */
  readonly remark?: string
}
