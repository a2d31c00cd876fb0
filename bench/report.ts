import { cells, type Figure } from './figures.js'

/** One table of results. */
export interface Section {
  readonly title: string
  /** The first row has the headings. The first column is text, the others are figures. */
  readonly table: readonly (readonly string[])[]
  readonly remark?: string
  readonly targets?: readonly Target[]
}

/** A limit that the project set itself, and what was measured. */
export interface Target {
  readonly what: string
  readonly limit: string
  readonly measured: string
  readonly interval: string
  readonly met: boolean
}

type Show = (value: number) => string

export function atMost(what: string, limit: number, figure: Figure, show: Show, unit = ''): Target {
  return { ...measuredOf(what, figure, show, unit), limit: `at most ${limit}${unit}`, met: figure.median <= limit }
}

export function atLeast(what: string, limit: number, figure: Figure, show: Show, unit = ''): Target {
  return { ...measuredOf(what, figure, show, unit), limit: `at least ${limit}${unit}`, met: figure.median >= limit }
}

function measuredOf(what: string, figure: Figure, show: Show, unit: string) {
  const [median, interval] = cells(figure, show)
  return { what, measured: `${median}${unit}`, interval }
}

/** The sections that one release of Node gave. */
export interface Run {
  readonly node: string
  readonly sections: readonly Section[]
}

/** The page of results. Every run has the same sections in the same order. */
export function pageOf(head: string, runs: readonly Run[]): string {
  const parts = (runs[0]?.sections ?? []).map(({ title, remark }, index) => {
    const tables = runs.map(({ node, sections }) => `${node}:\n\n${tableOf(sections[index]?.table ?? [])}`)
    return [`## ${title}`, ...tables, ...(remark === undefined ? [] : [remark])].join('\n\n')
  })
  return `${[head, '## Targets', targetTable(runs), ...parts].join('\n\n')}\n`
}

/** The targets of all runs, one a row. */
export function targetTable(runs: readonly Run[]): string {
  const perRun = runs.map(({ sections }) => sections.flatMap(({ targets = [] }) => targets))
  const rows = (perRun[0] ?? []).map(({ what, limit }, index) => {
    const ofRuns = perRun.map((targets) => targets[index] as Target)
    const missed = runs.filter((_, run) => !ofRuns[run]?.met).map(({ node }) => node)
    const figures = ofRuns.flatMap(({ measured, interval }) => [measured, interval])
    return [what, limit, ...figures, missed.length === 0 ? 'met' : `not met: ${missed.join(', ')}`]
  })
  return tableOf([['', 'target', ...runs.flatMap(({ node }) => [node, '95% interval']), ''], ...rows])
}

export function sectionText({ title, table, remark }: Section): string {
  return [`## ${title}`, tableOf(table), ...(remark === undefined ? [] : [remark])].join('\n\n')
}

/** Rows as a table of Markdown that reads well on a terminal too. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width, column)).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [head, rule, ...body].map(line).join('\n')
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}
