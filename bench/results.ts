import { surroundings } from './machine.js'
import type { Section } from './section.js'
import { tableOf } from './table.js'
import { targetRows } from './target.js'

const HEAD = `# What it costs

Written by \`npm run bench\`, in one run. It measures ratios: in each round all subjects of a table are timed one after the
other, in an order that changes, and a ratio or a difference is one of the same round. Figures are medians, with the
quartiles beside them; times tell about this machine only.`

/** The file of results. */
export function resultsOf(sections: readonly Section[]): string {
  const machine = surroundings().join('\n')
  return `${[HEAD, machine, '## Targets', targetText(sections), ...sections.map(sectionText)].join('\n\n')}\n`
}

export function sectionText({ title, table, remark }: Section): string {
  return [`## ${title}`, tableOf(table), ...(remark === undefined ? [] : [remark])].join('\n\n')
}

export function targetText(sections: readonly Section[]): string {
  return tableOf(targetRows(sections.flatMap(({ targets = [] }) => targets)))
}
