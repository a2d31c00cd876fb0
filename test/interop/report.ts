// docs/compatibility.md, out of what a run saw.
import { readFileSync } from 'node:fs'
import { path } from '../support/markdown.js'
import type { Cell } from './cells.js'
import type { Limit } from './limits.js'
import { CELLS, NO_CELLS } from './no-cells.js'
import type { Results } from './results.js'
import type { Claim } from './verb.js'
import { VERBS } from './verbs.js'

const PACKAGES = ['sdk', 'client', 'server', 'node'].map((name) => `@modelcontextprotocol/${name}`)

const COLUMNS: readonly string[] = [...new Set(VERBS.map(({ column }) => column))]

const MEANING: Readonly<Record<Claim, string>> = {
  arrives:
    'two overlapping calls under two contexts are served, and the handler of each reads its own with `getContext`, `readContext` (where the SDK gives the handler an argument) and `getHttpHeaders`, at its start and later',
  missing:
    'without a context, where one is required: `-32602`, `missing`; no handler runs, and the next call is served',
  optional: 'without a context, where none is required: the handler runs, and reads none',
  invalid: 'with a context that is invalid: `-32602`, `invalid`; no handler runs, and the next call is served',
  'too large': 'with one that is too large: `-32602`, `too_large`; the same',
  unanswered:
    'with a context that is invalid, which a notification cannot be refused for: the handler runs and reads none, and `onerror` is told',
  'is carried': 'no handler of a user answers it; the context is in the message that arrives',
  'is readable': 'the handler reads it with `readContext`',
  'is renewed': 'each round asks the source function of the context anew',
}

/** The document; `?` where something did not run. */
export function report(results: Results): string {
  const notes: Limit[] = []
  const rows = rowsOf(results, notes)
  return `# Compatibility

It works the same wherever client and server run. This page is what \`test/interop/verbs.matrix.test.ts\` saw: every verb of the
protocol, in every combination of SDK major, protocol version and transport. The test fails if the page says something
else; \`UPDATE_COMPATIBILITY=1 npx vitest run --project matrix test/interop/verbs\` writes it anew.

${table([['package', 'version'], ...PACKAGES.map((name) => [`\`${name}\``, versionOf(name)])])}

✓ says that everything held that is claimed of the verbs of the column. A number is a limit of the SDK, with this package
and without it: alone it holds for all of the column, beside ✓ for a part.

${table([['client', 'server', 'protocol', 'transport', ...COLUMNS], ...rows])}

${notes.map(({ reason }, index) => `${index + 1}. ${sentence(reason)}`).join('\n')}

Stateless HTTP of 2026-07-28 is \`createMcpHandler\` with the \`responseMode\` \`sse\` or \`json\`; the rows \`createMcpHandler\`
leave that option out. SDK 2 has no HTTP+SSE server: there its servers run on the transport of SDK 1.

What cannot be combined:

${NO_CELLS.map(({ reason }) => `- ${sentence(reason)}`).join('\n')}

## What is claimed

${table([['column', 'verb', 'claims'], ...VERBS.map(({ column, name, claims }) => [column, name, claims.join(', ')])])}

${Object.entries(MEANING)
  .map(([claim, meaning]) => `- **${claim}**: ${meaning}.`)
  .join('\n')}
`
}

/** Protocol versions that show the same share a row. */
function rowsOf(results: Results, notes: Limit[]): string[][] {
  const rows = new Map<string, { cell: Cell; versions: string[]; marks: string[] }>()
  for (const cell of CELLS) {
    const marks = COLUMNS.map((column) => mark(cell, column, results, notes))
    const key = [cell.client, cell.server, cell.era, cell.transport, ...marks].join('|')
    const row = rows.get(key) ?? { cell, versions: [], marks }
    row.versions.push(results.versionOf(cell) ?? '?')
    rows.set(key, row)
  }
  return [...rows.values()].map(({ cell, versions, marks }) => {
    return [`SDK ${cell.client}`, `SDK ${cell.server}`, versions.join(', '), cell.transport, ...marks]
  })
}

function mark(cell: Cell, column: string, results: Results, notes: Limit[]): string {
  const verbs = VERBS.filter((verb) => verb.column === column)
  if (verbs.some((verb) => results.unseen(cell, verb).length > 0)) return '?'
  const seen = verbs.map((verb) => results.of(cell, verb))
  const limits = new Set(seen.flatMap(({ named }) => [...named.keys()]))
  const numbers = [...limits].map((limit) => {
    if (!notes.includes(limit)) notes.push(limit)
    return notes.indexOf(limit) + 1
  })
  const held = seen.some(({ held }) => held.size > 0) ? ['✓'] : []
  return [...held, ...numbers.sort((a, b) => a - b)].join(' ')
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(path(`node_modules/${name}/package.json`), 'utf8')).version
}

function sentence(reason: string): string {
  return `${reason[0]?.toUpperCase()}${reason.slice(1)}.`
}

function table(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
