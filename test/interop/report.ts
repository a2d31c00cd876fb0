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
    'two calls with two contexts overlap. The handler of each reads its own context, at its start and later, with `getContext`, with `getHttpHeaders` and, if the SDK gives the handler an argument, with `readContext`',
  missing: 'a call without a required context gets `-32602`, `missing`. No handler runs, and the next call is served',
  optional: 'a call without an optional context is handled, and the handler reads no context',
  invalid: 'a call with an invalid context gets `-32602`, `invalid`. No handler runs, and the next call is served',
  'too large':
    'a call with a context over a limit gets `-32602`, `too_large`. No handler runs, and the next call is served',
  unanswered:
    'a notification with an invalid context is handled without it, because a notification cannot be answered. `onerror` is told',
  'is carried': 'the context is in the message that arrives. The SDK answers it without a handler',
  'is readable': 'the handler reads it with `readContext`',
  'is renewed': 'the source function is called again in each round',
}

/** The document; `?` where something did not run. */
export function report(results: Results): string {
  const notes: Limit[] = []
  const rows = rowsOf(results, notes)
  return `# Compatibility

\`test/interop/verbs.matrix.test.ts\` runs every verb of the protocol, in every combination of SDK major, protocol version and
transport, and writes what it saw to this page. It fails if the page differs. To write the page again, run
\`UPDATE_COMPATIBILITY=1 npx vitest run --project matrix test/interop/verbs\`.

${table([['package', 'version'], ...PACKAGES.map((name) => [`\`${name}\``, versionOf(name)])])}

✓ means that every claim held for every verb of the column. A number refers to a limit of the SDK, which is there without
this package too. A number alone is for the whole column, and a number beside ✓ for a part of it.

${table([['client', 'server', 'protocol', 'transport', ...COLUMNS], ...rows])}

${notes.map(({ reason }, index) => `${index + 1}. ${sentence(reason)}`).join('\n')}

With 2026-07-28, stateless HTTP is \`createMcpHandler\` with the \`responseMode\` \`sse\` or \`json\`. The rows \`createMcpHandler\`
do not set that option. SDK 2 has no HTTP+SSE server, so its servers run on the transport of SDK 1 there.

Some combinations do not exist:

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
