// Compares what the package does with what the same work costs without it. `npm run bench` measures everything on Node 20
// and Node 24 and writes RESULTS.md. `npm run bench -- "PART"` prints the parts whose names begin so, on the current Node.
import { execFileSync, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { poolSections, reconnectingSections, sharedHeaderSections } from './alternatives.js'
import { CALL_PARTS } from './calls.js'
import { clientStepSections } from './client-steps.js'
import { contextFetchSections } from './context-fetch.js'
import { growthSections } from './growth.js'
import { headerStepSections } from './header-steps.js'
import { pageOf, type Run, type Section, sectionText, targetTable } from './report.js'
import { serverStepSections } from './server-steps.js'

const PARTS: Readonly<Record<string, () => AsyncIterable<Section>>> = {
  ...CALL_PARTS,
  reconnecting: reconnectingSections,
  'a pool': poolSections,
  'a shared header': sharedHeaderSections,
  'steps of the client': clientStepSections,
  'steps of the server': serverStepSections,
  'steps of headers': headerStepSections,
  contextFetch: contextFetchSections,
  growth: growthSections,
}

/** The bench runs from `build/`, beside `bench/`. */
const root = fileURLToPath(new URL('..', import.meta.url))

if (process.send === undefined) await measure(process.argv[2])
else await measurePart(process.argv[2] ?? '')

async function measure(wanted: string | undefined): Promise<void> {
  if (wanted !== undefined) {
    const names = Object.keys(PARTS).filter((name) => name.startsWith(wanted))
    if (names.length === 0) throw new Error(`no part begins with ${wanted}: there are ${Object.keys(PARTS).join(', ')}`)
    const run = await runOf(process.execPath, names)
    if (run.sections.some(({ targets = [] }) => targets.length > 0)) console.log(targetTable([run]))
    return
  }
  if (!process.version.startsWith('v20.')) throw new Error(`run all of it on Node 20: this is ${process.version}`)
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const runs: Run[] = []
    for (const node of [process.execPath, installNode24(folder)]) runs.push(await runOf(node, Object.keys(PARTS)))
    console.log(targetTable(runs))
    writeFileSync(join(root, 'bench/RESULTS.md'), pageOf(headOf(), runs))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Installs the Node 24 that CI uses, and returns the path of its program. */
function installNode24(folder: string): string {
  const [, version] = /^NODE_24=(.+)$/m.exec(readFileSync(join(root, '.ci/pins'), 'utf8')) ?? []
  const name = `node-${process.platform}-${process.arch}`
  const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', '--prefix', folder, ...options, `${name}@${version}`], { stdio: 'inherit' })
  return join(folder, 'node_modules', name, 'bin/node')
}

/** Measures parts one after the other, each in a process of its own: what one compiles or leaves behind slows no other. */
async function runOf(execPath: string, names: readonly string[]): Promise<Run> {
  const node = `Node ${execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim().slice(1)}`
  const sections: Section[] = []
  for (const name of names) {
    const start = performance.now()
    const child = fork(fileURLToPath(import.meta.url), [name], { execPath })
    child.on('message', (section: Section) => {
      sections.push(section)
      console.log(`${sectionText(section)}\n`)
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    if (code !== 0) throw new Error(`${name} failed on ${node}`)
    console.log(`[${node}, ${name}: ${Math.round((performance.now() - start) / 1000)} s]\n`)
  }
  return { node, sections }
}

async function measurePart(name: string): Promise<void> {
  for await (const section of PARTS[name]?.() ?? []) await new Promise((sent) => process.send?.(section, sent))
  process.exit()
}

function headOf(): string {
  const [cpu, ...others] = cpus()
  const machine = `${cpu?.model.trim()}, ${others.length + 1} cores, ${Math.round(totalmem() / 2 ** 30)} GB`
  const packages = ['sdk', 'client', 'server', 'node'].map((name) => `@modelcontextprotocol/${name}`)
  const versions = [...packages, 'zod', 'valibot'].map((name) => `${name} ${versionIn(`node_modules/${name}`)}`)
  return `# What it costs

\`npm run bench\` writes this page. In each round, all subjects of a table are timed one after the other, in an order that
changes, and ratios and differences are of the same round. Figures are medians. The interval beside a figure holds the
true median of that process with a probability of 95%; another run can move a ratio in memory by 0.02, since V8 compiles
the same code differently. Ratios carry over to other machines; times do not.

Measured on ${machine}, ${type()} ${release()}.
mcp-request-context ${versionIn('.')} with ${versions.join(', ')}.`
}

function versionIn(folder: string): string {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).version
}
