/** The version of this package, as `package.json` has it. */
export const VERSION = '0.1.0'

/** Goes up when copies of this package with another number can no longer share what is in the registry. */
const FORMAT = 1

interface Registry {
  readonly format: number
  readonly version: string
  readonly entries: Map<string, unknown>
}

/** Where the registry is. This is the one name that this package puts on `globalThis`. */
const REGISTRY = Symbol.for('mcp-request-context')

/**
 * An entry of the registry that all copies of this package in one process share: the ESM and the CommonJS build, and
 * copies of several versions. The first copy that asks for an entry makes it.
 *
 * @throws Error when a copy is loaded that cannot share with this one; it names both versions
 */
export function sharedEntry<T>(name: string, make: () => T): T {
  const { entries } = registry()
  if (!entries.has(name)) entries.set(name, make())
  return entries.get(name) as T
}

/** A symbol that all copies share: a property with this name is seen by each of them, and by nobody else. */
export function sharedSymbol(name: string): symbol {
  return sharedEntry(name, () => Symbol(`mcp-request-context ${name}`))
}

function registry(): Registry {
  const holder = globalThis as { [REGISTRY]?: Registry }
  if (holder[REGISTRY] === undefined) {
    // Not enumerable and not writable: nobody removes it by accident.
    Object.defineProperty(holder, REGISTRY, { value: { format: FORMAT, version: VERSION, entries: new Map() } })
  }
  const found = holder[REGISTRY] as Registry
  if (found.format === FORMAT) return found
  throw new Error(
    `mcp-request-context ${VERSION} and ${found.version} cannot share a process: see npm ls mcp-request-context`,
  )
}
