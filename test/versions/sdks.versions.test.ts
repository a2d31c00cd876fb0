// The packed tarball with the oldest and the newest version of each SDK major, in an empty project for each.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Project, type Report, run } from './project.js'
import { cellOf, cells, DROPS_EXTENSIONS, OLDEST, TOO_OLD } from './versions.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mcp-request-context-versions-'))
let tarball = ''

beforeAll(async () => {
  await run('npm', ['run', 'build'], root)
  const [pack] = JSON.parse(await run('npm', ['pack', '--json', '--pack-destination', folder], root))
  tarball = join(folder, pack.filename)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The claims that do not hold, and why; there must be claims. */
function broken(report: Report): Report {
  expect(Object.keys(report).length).toBeGreaterThan(60)
  return Object.fromEntries(Object.entries(report).filter(([, outcome]) => outcome !== 'holds'))
}

const EVERYWHERE = ['in memory', 'Streamable HTTP', 'Streamable HTTP without sessions', 'HTTP+SSE', 'stdio']
const BY_HTTP = EVERYWHERE.slice(1, 4)

test('the peer range begins with the oldest version that works', () => {
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(peerDependencies).toEqual({
    '@modelcontextprotocol/client': `^${OLDEST[2]}`,
    '@modelcontextprotocol/sdk': `^${OLDEST[1]}`,
    '@modelcontextprotocol/server': `^${OLDEST[2]}`,
  })
})

const nothingAdvertised = EVERYWHERE.map((where) => `${where}: the server advertises the context`)

for (const cell of cells()) {
  const claims = cell.advertises ? 'every claim' : 'every claim but that its client sees what a server advertises'

  test.concurrent(`SDK ${cell.version}: its types hold, and so does ${claims}`, async () => {
    const project = new Project(folder, cell)
    await project.install(tarball)
    await project.compile({ check: true })
    const issues = broken(await project.check())
    expect(Object.keys(issues), JSON.stringify(issues, null, 2)).toEqual(cell.advertises ? [] : nothingAdvertised)
  })
}

test.concurrent(`SDK ${TOO_OLD} is too old: npm refuses it, and its HTTP clients ignore contextFetch`, async () => {
  const project = new Project(folder, cellOf(TOO_OLD))
  await expect(project.install(tarball)).rejects.toThrow(`peerOptional @modelcontextprotocol/sdk@"^${OLDEST[1]}"`)
  await project.install(tarball, '--force')
  await project.compile({ check: false })
  expect(Object.keys(broken(await project.check()))).toEqual(
    BY_HTTP.map((where) => `${where}: contextFetch mirrors the context into the headers of its own request`),
  )
})

test.concurrent(`a client of SDK ${DROPS_EXTENSIONS} does not see what a server advertises; all else holds`, async () => {
  const project = new Project(folder, cellOf(DROPS_EXTENSIONS))
  await project.install(tarball)
  await project.compile({ check: false })
  expect(Object.keys(broken(await project.check()))).toEqual(nothingAdvertised)
})
