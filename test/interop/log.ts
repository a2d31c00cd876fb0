// What handlers saw of the context, kept until the test asks: in the test's process, or in the server's own.
import { ContextError } from 'mcp-request-context'
import { getContext, getHttpHeaders, readContext } from 'mcp-request-context/server'
import { testContext } from '../support/contexts.js'

/** The context by each way of reading it; a string where one throws: the code of the error. */
export interface Look {
  readonly ambient: unknown
  /** By the handler's second argument, where the SDK gives one. */
  readonly argument?: unknown
  /** The header that `tenant` is bound to. */
  readonly header: string | null
}

/** What one handler saw, before it waited for anything and after. */
export interface Sighting {
  readonly label: string
  readonly first: Look
  readonly later: Look
  /** Whether the handler of the other call of its pair was at work at the same time. */
  readonly overlapped?: boolean
}

/** How long a handler waits for the other one of its pair, in milliseconds: longer than any machine takes. */
const PATIENCE = 30_000

export class Log {
  readonly #sightings: Sighting[] = []
  readonly #pairs = new Map<string, Pair>()

  /**
   * Looks at the context in a handler. A context whose `user.id` begins with `pair` has the handler wait for the one
   * that handles the other call of the pair, so that the two are certain to overlap.
   */
  async see(label: string, extra?: object): Promise<void> {
    const first = look(extra)
    const overlapped = await this.#meet(label, first.ambient)
    this.#sightings.push({ label, first, later: look(extra), ...(overlapped !== undefined && { overlapped }) })
  }

  /** Keeps what arrived on the wire, for what the SDK answers without any handler. */
  arrived(label: string, context: unknown): void {
    const seen: Look = { ambient: context ?? 'missing', header: null }
    this.#sightings.push({ label, first: seen, later: seen })
  }

  has(label: string): boolean {
    return this.#sightings.some((sighting) => sighting.label === label)
  }

  /** What was seen since it was asked for last. */
  drain(): Sighting[] {
    return this.#sightings.splice(0)
  }

  async #meet(label: string, context: unknown): Promise<boolean | undefined> {
    const { tenant, user } = context as { tenant?: string; user?: { id?: string } }
    if (!user?.id?.startsWith('pair')) return undefined
    const key = `${label} ${user.id}`
    const pair = this.#pairs.get(key) ?? new Pair()
    this.#pairs.set(key, pair)
    return pair.arrive(String(tenant))
  }
}

/** Two handlers that wait for each other. */
class Pair {
  readonly #tenants = new Set<string>()
  #complete: (both: boolean) => void = () => {}
  readonly #met = new Promise<boolean>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE, false)
    this.#complete = (both) => {
      clearTimeout(timer)
      resolve(both)
    }
  })

  arrive(tenant: string): Promise<boolean> {
    this.#tenants.add(tenant)
    if (this.#tenants.size === 2) this.#complete(true)
    return this.#met
  }
}

function look(extra: object | undefined): Look {
  const header = codeOf(() => getHttpHeaders().get('x-tenant-id')) as string | null
  const ambient = codeOf(() => getContext(testContext))
  return extra === undefined
    ? { ambient, header }
    : { ambient, argument: codeOf(() => readContext(testContext, extra)), header }
}

function codeOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof ContextError) return error.code
    throw error
  }
}
