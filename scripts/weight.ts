// What this package adds to an application's bundle and to its node_modules. Writes docs/weight.md, or, with --check,
// fails where something grew beyond what stands there, or beyond its limit.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))
const file = `${root}docs/weight.md`

/** Releases of Node differ by a few bytes in what gzip makes of the same text. */
const TOLERANCE = 1.01

interface Entry {
  readonly name: string
  /** What an application of the usual kind imports. */
  readonly usual: readonly string[]
  /** The most bytes that the usual application may gain. */
  readonly limit: number
}

const ENTRIES: readonly Entry[] = [
  { name: 'client', usual: ['createContextClient'], limit: 3000 },
  { name: 'server', usual: ['installContext', 'getContext'], limit: 4000 },
  { name: 'http', usual: ['contextFetch'], limit: 2560 },
]

const DEFINE = "export { defineContext } from 'mcp-request-context'\n"

/** The bytes of a bundle, minified and gzipped. */
async function sizeOf(contents: string): Promise<number> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    // The paths of the repository's own tsconfig.json lead to src/.
    tsconfigRaw: {},
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:async_hooks'],
    logLevel: 'error',
    metafile: true,
    write: false,
  })
  const foreign = Object.keys(metafile.inputs).filter((path) => !path.startsWith('dist/') && path !== '<stdin>')
  if (foreign.length > 0) throw new Error(`bundled from elsewhere: ${foreign.join(', ')}`)
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}

/** The rows of the table: what is measured, its figure, and its limit where it has one. */
async function measure(): Promise<[string, number, number?][]> {
  const definition = await sizeOf(DEFINE)
  const rows: [string, number, number?][] = [['`defineContext`, as both sides need it', definition]]
  for (const { name, usual, limit } of ENTRIES) {
    const from = `from 'mcp-request-context/${name}'\n`
    const some = `export { ${usual.join(', ')} } ${from}`
    const names = usual.map((one) => `\`${one}\``).join(' and ')
    rows.push([
      `${names} of \`./${name}\`, beside \`defineContext\``,
      (await sizeOf(DEFINE + some)) - definition,
      limit,
    ])
    rows.push([`${names}, bundled alone`, await sizeOf(some), limit])
    const all = (await sizeOf(`${DEFINE}export * ${from}`)) - definition
    rows.push([`all of \`./${name}\`, beside \`defineContext\``, all])
  }
  const [pack] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8' }))
  rows.push([`the tarball`, pack.size], [`the package, installed: ${pack.entryCount} files`, pack.unpackedSize])
  return rows
}

const rows = await measure()
const table = [
  ['', 'bytes', 'limit'],
  ['---', '---:', '---:'],
  ...rows.map(([what, bytes, limit]) => [what, bytes.toLocaleString('en'), limit?.toLocaleString('en') ?? '']),
].map((row) => `| ${row.join(' | ')} |`)

const over = rows.filter(([, bytes, limit]) => limit !== undefined && bytes > limit * TOLERANCE)
if (process.argv.includes('--check')) {
  const written = new Map(
    [...readFileSync(file, 'utf8').matchAll(/^\| (.+?) \| ([\d,]+) \|/gm)].map(([, what, bytes]) => [
      what,
      Number(bytes?.replaceAll(',', '')),
    ]),
  )
  const grown = rows.filter(([what, bytes]) => !(bytes <= (written.get(what) ?? 0) * TOLERANCE))
  for (const [what, bytes] of grown) {
    console.error(`${what}: ${bytes} bytes; docs/weight.md says ${written.get(what) ?? 'nothing'}`)
  }
  if (grown.length > 0) console.error('If it has to be: npm run weight, and say why in the commit.')
  process.exitCode = grown.length > 0 ? 1 : 0
} else {
  const text = `# What it weighs

Bytes of JavaScript, bundled by esbuild, minified and gzipped; the last two are what npm packs and installs. No schema
library is in any of them, and there are no dependencies. Written by \`npm run weight\`; CI fails when a figure grows.

The code that checks contexts comes with \`defineContext\`, once, however many entries an application uses.

${table.join('\n')}
`
  writeFileSync(file, text)
  console.log(table.join('\n'))
}
for (const [what, bytes, limit] of over) {
  console.error(`${what}: ${bytes} bytes; the limit is ${limit}`)
  process.exitCode = 1
}
