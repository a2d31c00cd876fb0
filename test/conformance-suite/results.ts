import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the suite found: the entries of each scenario, as `STATUS id: description`, sorted. */
export type Results = ReadonlyMap<string, readonly string[]>

interface Entry {
  readonly id: string
  readonly status: string
  readonly description: string
}

/** Below a folder for each scenario, with the time of its run behind its name. */
const FILE = /^(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z\/checks\.json$/

/** Reads what the suite wrote to a folder. Beside its checks, it logs each HTTP request and response as `INFO`. */
export async function readResults(folder: string): Promise<Results> {
  const results = new Map<string, string[]>()
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const [, scenario] = FILE.exec(path) ?? []
    if (scenario === undefined) continue
    const entries: Entry[] = JSON.parse(await readFile(join(folder, path), 'utf8'))
    // Requests that overlap come in any order.
    results.set(scenario, entries.map(({ id, status, description }) => `${status} ${id}: ${description}`).sort())
  }
  return results
}

/** How many entries there are of a status, in all scenarios or in one. */
export function count(results: Results, status: string): number {
  return [...results.values()].flat().filter((entry) => entry.startsWith(`${status} `)).length
}

/** Where two runs differ, entry by entry: `-` is of the first alone, `+` of the second. */
export function differences(one: Results, other: Results): string[] {
  const scenarios = new Set([...one.keys(), ...other.keys()])
  return [...scenarios].flatMap((scenario) => {
    const [here, there] = [one.get(scenario) ?? [], other.get(scenario) ?? []]
    const gone = without(here, there).map((entry) => `- ${scenario}: ${entry}`)
    return [...gone, ...without(there, here).map((entry) => `+ ${scenario}: ${entry}`)]
  })
}

/** The entries that are not among others, as often as they are there. */
function without(entries: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return entries.filter((entry) => {
    const index = left.indexOf(entry)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
}
