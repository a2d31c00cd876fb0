// What a run of the matrix saw, and nothing that it did not.
import { type Cell, nameOf } from './cells.js'
import type { Limit } from './limits.js'
import type { Claim, Verb } from './verb.js'

/** What was seen of one verb in one cell. */
export interface Seen {
  readonly held: Set<Claim>
  /** The claims that cannot be, by the reason that was tried. */
  readonly named: Map<Limit, readonly Claim[]>
}

export class Results {
  readonly #seen = new Map<string, Seen>()
  readonly #versions = new Map<string, string>()

  held(cell: Cell, verb: Verb, claim: Claim): void {
    this.of(cell, verb).held.add(claim)
  }

  named(cell: Cell, verb: Verb, limit: Limit, claims: readonly Claim[]): void {
    this.of(cell, verb).named.set(limit, claims)
  }

  /** The protocol version that client and server agreed on. */
  agreed(cell: Cell, version: string): void {
    this.#versions.set(nameOf(cell), version)
  }

  versionOf(cell: Cell): string | undefined {
    return this.#versions.get(nameOf(cell))
  }

  of(cell: Cell, verb: Verb): Seen {
    const key = `${nameOf(cell)}: ${verb.name}`
    const seen = this.#seen.get(key) ?? { held: new Set(), named: new Map() }
    this.#seen.set(key, seen)
    return seen
  }

  /** The claims of a verb that neither held nor are named. */
  unseen(cell: Cell, verb: Verb): Claim[] {
    const { held, named } = this.of(cell, verb)
    const accounted = new Set([...held, ...[...named.values()].flat()])
    return verb.claims.filter((claim) => !accounted.has(claim))
  }
}
