// What the figures were measured on, and with.
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'

/** The bench runs from `build/`, which is beside `bench/`. */
export const ROOT = new URL('..', import.meta.url)

const PACKAGES = [
  '@modelcontextprotocol/sdk',
  '@modelcontextprotocol/client',
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/node',
  'zod',
  'valibot',
]

/** A line on the machine and a line on the packages. */
export function surroundings(): string[] {
  const cores = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  const versions = PACKAGES.map((name) => `${name} ${versionIn(`node_modules/${name}`)}`)
  return [
    `${cores[0]?.model.trim()}, ${cores.length} cores, ${gigabytes} GB; ${type()} ${release()}; Node ${process.version}.`,
    `mcp-request-context ${versionIn('.')} with ${versions.join(', ')}.`,
  ]
}

function versionIn(folder: string): string {
  return JSON.parse(readFileSync(new URL(`${folder}/package.json`, ROOT), 'utf8')).version
}
