/** Rows as a table of Markdown, which reads well on a terminal too: the first column is text, the others are figures. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.map((_, column) => column) ?? []
  const widths = columns.map((column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number)
  const line = (row: readonly string[]) => `| ${columns.map((column) => pad(row[column] ?? '', column)).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  const [head = [], ...body] = rows
  return [head, rule, ...body].map(line).join('\n')
}
