import { quartiles, type Spread } from './spread.js'

/** What was set out to be reached, and what was measured. */
export interface Target {
  readonly what: string
  readonly target: string
  readonly measured: string
  readonly quartiles: string
  readonly met: boolean
}

type Shown = (value: number) => string

export function atMost(what: string, limit: number, measured: Spread, show: Shown, unit = ''): Target {
  return { ...told(what, measured, show, unit), target: `at most ${limit}${unit}`, met: measured.median <= limit }
}

export function atLeast(what: string, limit: number, measured: Spread, show: Shown, unit = ''): Target {
  return { ...told(what, measured, show, unit), target: `at least ${limit}${unit}`, met: measured.median >= limit }
}

function told(what: string, measured: Spread, show: Shown, unit: string) {
  return { what, measured: `${show(measured.median)}${unit}`, quartiles: quartiles(measured, show) }
}

/** The targets as the rows of a table. */
export function targetRows(targets: readonly Target[]): string[][] {
  const rows = targets.map(({ what, target, measured, quartiles, met }) => [
    what,
    target,
    measured,
    quartiles,
    met ? 'met' : 'not met',
  ])
  return [['', 'target', 'measured', 'quartiles', ''], ...rows]
}
