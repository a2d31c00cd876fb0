// Runs the official conformance suite against servers and clients of both SDK majors, without this package and with it.
// Fails if any result differs. `conformance.ts TOOLS`, where TOOLS is the folder that .ci/conformance installs the suite in.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { count, differences, type Results } from '../test/conformance-suite/results.js'
import { type ClientRun, type ServerRun, Suite } from '../test/conformance-suite/suite.js'

/** What a client sends before it is connected. Everything after it carries the context. */
const HANDSHAKE = ['initialize', 'notifications/initialized']

const [tools] = process.argv.slice(2)
if (tools === undefined) throw new Error('usage: conformance.ts TOOLS')

const programs = mkdtempSync(join(tmpdir(), 'mcp-request-context-conformance-'))
const suite = new Suite(tools, programs)
const failures: string[] = []

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

if (failures.length > 0) {
  console.error(`\n${failures.join('\n')}\n\nThis package changes what the conformance suite sees.`)
  process.exit(1)
}
console.log('\nThe results are the same with this package and without.')

/** Bundles each program into one file, which starts fast: the suite starts a client for each scenario, all at once. */
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
    // CommonJS packages that are bundled into an ES module call require().
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
  console.log(`  ${carried.counts.carried} requests carried a context; all ${carried.counts.read} handlers read it`)
}

/** Where requests carried a context, every handler read it. Elsewhere, no handler saw one. In each run the same handlers ran. */
function expectServerCounts(name: string, runs: Record<'without' | 'installed' | 'carried', ServerRun>): void {
  const { handled } = runs.without.counts
  const { carried, ...others } = runs
  for (const [mode, { counts }] of Object.entries(others)) {
    if (counts.carried + counts.read === 0 && counts.handled === handled) continue
    failures.push(`${name}, ${mode}: expected ${handled} handlers and no context, saw ${JSON.stringify(counts)}`)
  }
  const { counts } = carried
  if (handled === 0 || counts.handled !== handled || counts.read !== handled || counts.carried < handled) {
    failures.push(`${name}: expected ${handled} handlers, each with its context, saw ${JSON.stringify(counts)}`)
  }
}

async function compareClients(major: number): Promise<void> {
  const without = await suite.client(major, 'without')
  const carried = await suite.client(major, 'carried')
  const name = `client of SDK ${major}`
  report(name, without.results)
  expectSame(`${name}, with a view`, without.results, carried.results)
  const requests = expectClientCounts(name, without, carried)
  console.log(`  ${requests} requests carried a context and its header`)
}

/**
 * In both runs each scenario sent the same messages and had the same outcome. With a view, every message after the
 * handshake carried the context and its header. Returns how many did.
 */
function expectClientCounts(name: string, without: ClientRun, carried: ClientRun): number {
  let requests = 0
  if (carried.played.size !== without.played.size) failures.push(`${name}: the two runs played different scenarios`)
  for (const [scenario, { outcome, counts }] of carried.played) {
    const before = without.played.get(scenario)
    const sent = (played = counts) => JSON.stringify(Object.entries(played).map(([method, { sent }]) => [method, sent]))
    if (before?.outcome !== outcome || sent(before.counts) !== sent()) {
      failures.push(
        `${name}, ${scenario}: ${outcome}, ${sent()}; without a view ${before?.outcome}, ${sent(before?.counts)}`,
      )
    }
    for (const [method, { sent, carried, mirrored }] of Object.entries(counts)) {
      const expected = HANDSHAKE.includes(method) ? 0 : sent
      if (carried !== expected || mirrored !== expected) {
        failures.push(
          `${name}, ${scenario}: ${carried} of ${sent} ${method} carried the context, ${mirrored} its header`,
        )
      }
      requests += carried
    }
  }
  if (requests === 0) failures.push(`${name}: no request carried a context`)
  return requests
}

function expectSame(name: string, without: Results, results: Results): void {
  failures.push(...differences(without, results).map((line) => `${name}: ${line}`))
}

/** Prints the results without this package: what fails there is the SDK's own. */
function report(name: string, results: Results): void {
  const of = (status: string) => count(results, status)
  console.log(
    `${name}: ${results.size} scenarios; ${of('SUCCESS')} passed, ${of('FAILURE')} failed, ${of('WARNING')} warnings`,
  )
  for (const [scenario, entries] of results) {
    for (const entry of entries) {
      if (/^(FAILURE|WARNING) /.test(entry)) console.log(`  the SDK's own: ${scenario}: ${entry}`)
    }
  }
  if (of('SUCCESS') === 0) failures.push(`${name}: no check passed`)
}
