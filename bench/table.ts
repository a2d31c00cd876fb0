import type { Section } from './section.js'

/** A section as a table of Markdown, which reads well on a terminal too. */
export function tableOf({ title, measured, remark }: Section): string {
  const rows = measured.map(({ name, micros, ratio }) => [
    name,
    micros.toFixed(micros < 10 ? 2 : 1),
    ratio.median.toFixed(3),
    `${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)}`,
  ])
  const all = [['', 'µs', 'ratio', 'quartiles'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] as string).length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number))).join(' | ')} |`
  const [head, ...body] = all.map(line)
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [`## ${title}`, '', head, rule, ...body, ...(remark === undefined ? [] : ['', remark]), ''].join('\n')
}
