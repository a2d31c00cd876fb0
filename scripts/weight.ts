// Measures what this package adds to an application's bundle and to its node_modules, and writes docs/weight.md.
// With --check, it fails where a figure is over its limit, or larger than docs/weight.md says.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))
const page = `${root}docs/weight.md`

/** How much a figure may grow: releases of Node compress the same text to a few bytes more or less. */
const TOLERANCE = 1.01

interface Application {
  /** What it imports: names by the module that exports them. */
  readonly imports: Readonly<Record<string, readonly string[]>>
  /** The most bytes of it, gzipped. A kB is 1000 bytes. */
  readonly limit: number
}

const DEFINE = { 'mcp-request-context': ['defineContext'] }

const APPLICATIONS: readonly Application[] = [
  { imports: DEFINE, limit: 4500 },
  { imports: { ...DEFINE, 'mcp-request-context/client': ['createContextClient'] }, limit: 9500 },
  { imports: { ...DEFINE, 'mcp-request-context/server': ['installContext', 'getContext'] }, limit: 9500 },
  { imports: { ...DEFINE, 'mcp-request-context/http': ['contextFetch'] }, limit: 6000 },
]

interface Row {
  readonly what: string
  readonly bytes: number
  readonly limit?: number
}

/** The gzipped bytes that an application loads at its start. */
async function sizeOf({ imports }: Application): Promise<number> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: Object.entries(imports)
        .map(([from, names]) => `export { ${names.join(', ')} } from '${from}'`)
        .join('\n'),
      resolveDir: root,
    },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:async_hooks'],
    // Without it, the paths of the repository's own tsconfig.json lead to src/.
    tsconfigRaw: {},
    absWorkingDir: root,
    outdir: 'build',
    logLevel: 'error',
    metafile: true,
    write: false,
  })
  const foreign = Object.keys(metafile.inputs).filter((path) => !path.startsWith('dist/') && path !== '<stdin>')
  if (foreign.length > 0) throw new Error(`the bundle holds code from elsewhere: ${foreign.join(', ')}`)
  const loaded = new Set(['build/stdin.js'])
  for (const path of loaded) {
    for (const { path: chunk, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) loaded.add(chunk)
    }
  }
  const chunks = outputFiles.filter(({ path }) => loaded.has(path.slice(root.length)))
  if (chunks.length !== loaded.size) throw new Error(`esbuild did not write ${[...loaded].join(', ')}`)
  return chunks.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0)
}

async function measure(): Promise<Row[]> {
  const rows: Row[] = []
  for (const application of APPLICATIONS) {
    const names = Object.values(application.imports).flat()
    const what = names.map((name) => `\`${name}\``).join(', ')
    rows.push({ what, bytes: await sizeOf(application), limit: application.limit })
  }
  const [pack] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8' }))
  return [
    ...rows,
    { what: 'the tarball', bytes: pack.size },
    { what: 'the package, installed', bytes: pack.unpackedSize },
  ]
}

function pageOf(rows: readonly Row[]): string {
  const table = [
    ['', 'bytes', 'limit'],
    ['---', '---:', '---:'],
    ...rows.map(({ what, bytes, limit }) => [what, bytes.toLocaleString('en'), limit?.toLocaleString('en') ?? '']),
  ]
  return `# What it weighs

Each of the first rows is an application that imports these functions together. esbuild bundles it from one entry point,
with minifying and code splitting, and the figure is the gzipped bytes of all chunks that load at the start. One entry
point, because that is how an application ships: shared code counts once, and what no row names is left out. A row is the
whole, so the rows do not add up. There is no schema library in these figures, and the package has no dependencies.

The last two rows are what npm downloads and what it installs.

\`npm run weight\` writes this page. CI fails when a figure grows by more than 1% or is over its limit.

${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`
}

/** The figures that the page shows, by what they measure. */
function written(): Map<string, number> {
  const rows = readFileSync(page, 'utf8').matchAll(/^\| (.+?) \| ([\d,]+) \|/gm)
  return new Map([...rows].map(([, what = '', bytes = '']) => [what, Number(bytes.replaceAll(',', ''))]))
}

const rows = await measure()
const failures = rows.flatMap(({ what, bytes, limit = Number.POSITIVE_INFINITY }) =>
  bytes > limit ? [`${what}: ${bytes} bytes; the limit is ${limit}`] : [],
)
if (process.argv.includes('--check')) {
  const before = written()
  const grown = rows.filter(({ what, bytes }) => !(bytes <= (before.get(what) ?? 0) * TOLERANCE))
  for (const { what, bytes } of grown) {
    failures.push(`${what}: ${bytes} bytes; docs/weight.md says ${before.get(what) ?? 'nothing'}`)
  }
  if (grown.length > 0) failures.push('If it has to grow: npm run weight, and say why in the commit.')
} else {
  writeFileSync(page, pageOf(rows))
}
for (const { what, bytes } of rows) console.log(`${bytes.toLocaleString('en').padStart(10)}  ${what}`)
for (const failure of failures) console.error(failure)
process.exitCode = failures.length > 0 ? 1 : 0
