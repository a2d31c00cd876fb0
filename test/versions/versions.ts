import { readFileSync } from 'node:fs'

/** The versions of the SDK that the package is for begin with these: the peer range of package.json says the same. */
export const OLDEST = { 1: '1.15.0', 2: '2.0.0' } as const

/** The last version before them. The HTTP clients of SDK 1 take no `fetch` yet, so `contextFetch` would do nothing. */
export const TOO_OLD = '1.14.0'

/** The last one whose client drops the `extensions` of a server's capabilities. */
export const DROPS_EXTENSIONS = '1.28.0'

/** An SDK in a project of its own, with what goes with it. */
export interface Cell {
  readonly version: string
  readonly major: 1 | 2
  readonly packages: readonly string[]
  /** The programs in `consumers/` that are run. */
  readonly programs: readonly string[]
  /** The client sees what a server advertises. */
  readonly advertises: boolean
  /** The declarations of the SDK do not need a package that it does not install. */
  readonly completeTypes: boolean
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'))

/** The version of a package that this repository is tested with. */
export function locked(name: string): string {
  return lock.packages[`node_modules/${name}`].version
}

/** The oldest and the newest of each major; or those that SDK_VERSIONS names, with a space between. */
export function cells(): Cell[] {
  const newest = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/server'].map(locked)
  const pinned = [OLDEST[1], newest[0], OLDEST[2], newest[1]] as string[]
  return (process.env.SDK_VERSIONS?.split(' ') ?? pinned).map(cellOf)
}

export function cellOf(version: string): Cell {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  return major === 1 ? sdk1(version, minor) : sdk2(version, minor)
}

/** The minors of SDK 1 whose client drops the `extensions` of a server's capabilities. */
const DROPPING = [22, 23, 25, 26, 27, 28]

function sdk1(version: string, minor: number): Cell {
  // Until 1.22, tools take schemas of zod 3 only. Tasks came with 1.24.
  const zod = minor < 23 ? '3.25.76' : locked('zod')
  return {
    version,
    major: 1,
    packages: [`@modelcontextprotocol/sdk@${version}`, `zod@${zod}`],
    programs: minor < 24 ? ['sdk1'] : ['sdk1', 'sdk1-tasks'],
    advertises: !DROPPING.includes(minor),
    completeTypes: minor < 21 || minor > 24,
  }
}

/** The version of @modelcontextprotocol/node that goes with a minor of the server, by its own peer range. */
const NODE_ADAPTERS = ['2.0.0', '2.1.0', '2.1.0', '2.1.1', '2.1.2']

function sdk2(version: string, minor: number): Cell {
  const adapter = NODE_ADAPTERS[minor] ?? locked('@modelcontextprotocol/node')
  const packages = [`client@${version}`, `server@${version}`, `node@${adapter}`]
  return {
    version,
    major: 2,
    packages: [...packages.map((name) => `@modelcontextprotocol/${name}`), `zod@${locked('zod')}`],
    programs: ['sdk2'],
    advertises: true,
    completeTypes: true,
  }
}
