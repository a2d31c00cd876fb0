// Runs the official conformance suite against servers and clients of both SDK majors, without this package and with it,
// and compares the results entry by entry: they must be the same. `conformance.ts TOOLS`, a folder with the suite.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { count, differences, type Results } from '../test/conformance-suite/results.js'
import { type ClientRun, type ServerRun, Suite } from '../test/conformance-suite/suite.js'

/** What a client sends before it is connected; the rest has the context. */
const HANDSHAKE = ['initialize', 'notifications/initialized']

const [tools] = process.argv.slice(2)
if (tools === undefined) throw new Error('usage: conformance.ts TOOLS')

const programs = mkdtempSync(join(tmpdir(), 'mcp-request-context-conformance-'))
const suite = new Suite(tools, programs)
const faults: string[] = []

process.on('exit', () => {
  suite.stop()
  rmSync(programs, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

await bundle()
for (const major of [1, 2]) {
  await compareServers(major)
  await compareClients(major)
}

if (faults.length > 0) {
  console.error(`\n${faults.join('\n')}\n\nthe conformance suite sees a difference`)
  process.exit(1)
}
console.log('\nthe conformance suite sees no difference')

/** Makes one file of each program: the suite starts a client for each scenario, all at once. */
async function bundle(): Promise<void> {
  const root = fileURLToPath(new URL('../', import.meta.url))
  await build({
    absWorkingDir: root,
    entryPoints: ['client', 'server'].map((name) => `test/conformance-suite/${name}.ts`),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir: programs,
    outExtension: { '.js': '.mjs' },
    // CommonJS packages in an ES module.
    banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
    logLevel: 'error',
  })
}

async function compareServers(major: number): Promise<void> {
  const without = await suite.server(major, 'without')
  const installed = await suite.server(major, 'installed')
  const carried = await suite.server(major, 'carried')
  const name = `server of SDK ${major}`
  report(name, without.results)
  expectSame(`${name}, installed`, without.results, installed.results)
  expectSame(`${name}, with a context in each request`, without.results, carried.results)
  expectServerCounts(name, { without, installed, carried })
  console.log(`  with a context: ${carried.counts.carried} requests, read in all ${carried.counts.read} handlers`)
}

/** The context was there: in each handler that ran, where it was carried, and in none elsewhere. */
function expectServerCounts(name: string, runs: Record<'without' | 'installed' | 'carried', ServerRun>): void {
  const { handled } = runs.without.counts
  const { carried, ...others } = runs
  for (const [mode, { counts }] of Object.entries(others)) {
    if (counts.carried + counts.read === 0 && counts.handled === handled) continue
    faults.push(`${name}, ${mode}: there was a context, or not every handler ran: ${JSON.stringify(counts)}`)
  }
  const { counts } = carried
  if (handled === 0 || counts.handled !== handled || counts.read !== handled || counts.carried < handled) {
    faults.push(`${name}: not every handler read its context: ${JSON.stringify(counts)}; without, ${handled} ran`)
  }
}

async function compareClients(major: number): Promise<void> {
  const without = await suite.client(major, 'without')
  const carried = await suite.client(major, 'carried')
  const name = `client of SDK ${major}`
  report(name, without.results)
  expectSame(`${name}, with a view`, without.results, carried.results)
  console.log(
    `  with a view: ${expectClientCounts(name, without, carried)} requests, each with a context and its header`,
  )
}

/** The same was sent, to the same end; and each message after the handshake had the context and its header. */
function expectClientCounts(name: string, without: ClientRun, carried: ClientRun): number {
  let requests = 0
  if (carried.played.size !== without.played.size) faults.push(`${name}: not all scenarios were played in both runs`)
  for (const [scenario, { outcome, counts }] of carried.played) {
    const before = without.played.get(scenario)
    const sent = (played = counts) => JSON.stringify(Object.entries(played).map(([method, { sent }]) => [method, sent]))
    if (before?.outcome !== outcome || sent(before.counts) !== sent()) {
      faults.push(
        `${name}, ${scenario}: ${outcome}, ${sent()}; without a view ${before?.outcome}, ${sent(before?.counts)}`,
      )
    }
    for (const [method, { sent, carried, mirrored }] of Object.entries(counts)) {
      const expected = HANDSHAKE.includes(method) ? 0 : sent
      if (carried !== expected || mirrored !== expected) {
        faults.push(`${name}, ${scenario}: ${carried} of ${sent} ${method} had the context, ${mirrored} its header`)
      }
      requests += carried
    }
  }
  if (requests === 0) faults.push(`${name}: no request had a context`)
  return requests
}

function expectSame(name: string, without: Results, results: Results): void {
  faults.push(...differences(without, results).map((line) => `${name}: ${line}`))
}

/** Says what the suite makes of the SDK itself. */
function report(name: string, results: Results): void {
  const of = (status: string) => count(results, status)
  console.log(
    `${name}: ${results.size} scenarios; ${of('SUCCESS')} passed, ${of('FAILURE')} failed, ${of('WARNING')} warnings`,
  )
  for (const [scenario, entries] of results) {
    for (const entry of entries) {
      if (/^(FAILURE|WARNING) /.test(entry)) console.log(`  of the SDK itself: ${scenario}: ${entry}`)
    }
  }
  if (of('SUCCESS') === 0) faults.push(`${name}: nothing passed`)
}
