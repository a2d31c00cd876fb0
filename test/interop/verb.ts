// A verb: a message of the protocol that can carry a context, how it is sent, and whose handler sees it.
import type { TestClient } from '../support/sdk.js'
import type { Cell } from './cells.js'
import type { Connection } from './connect.js'
import { bind, type Fields, type Given } from './given.js'
import { REQUIRED } from './server.js'

/** What is claimed of a verb in a cell. `MEANING` in `report.ts` says what it means. */
export type Claim =
  | 'arrives'
  | 'missing'
  | 'optional'
  | 'invalid'
  | 'too large'
  | 'unanswered'
  | 'is carried'
  | 'is readable'
  | 'is renewed'

export interface Verb {
  readonly name: string
  /** Where it stands in the table. */
  readonly column: string
  readonly claims: readonly Claim[]
  readonly seenBy: 'server' | 'client'
  /** What one call leaves in the log. */
  readonly labels: readonly string[]
  /** Whether the SDK gives the handler an argument to read the context from. */
  readonly argument: boolean
  /** The context that is seen, by the one that the caller has. */
  readonly seen: (fields: Fields) => Fields
  /** What is seen more than once: 2026-07-28 tells each subscription of a change. */
  readonly repeated?: true
  /** Gets what a call needs. */
  readonly prepare?: (connection: Connection) => Promise<string>
  readonly call: (sender: Sender, given: Given, prepared: string) => Promise<unknown>
}

/** What a verb is called on. */
export interface Sender extends Pick<Connection, 'bare' | 'log'> {
  readonly cell: Cell
  readonly client: TestClient
  /** How long to wait for what may never come, in milliseconds. */
  readonly timeout: number
}

export function verb(name: string, column: string, call: Verb['call'], more: Partial<Verb> = {}): Verb {
  return {
    name,
    column,
    claims: ['arrives', REQUIRED.includes(name) ? 'missing' : 'optional', 'invalid', 'too large'],
    seenBy: 'server',
    labels: [name],
    argument: true,
    seen: (fields) => fields,
    call,
    ...more,
  }
}

/** A verb of the client. */
export function sent(
  name: string,
  column: string,
  call: (client: TestClient, prepared: string) => unknown,
  more?: Partial<Verb>,
): Verb {
  return verb(name, column, async ({ client }, given, prepared) => call(bind(client, given), prepared), more)
}
