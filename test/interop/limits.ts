// What the SDKs cannot do in a cell, with this package or without it: each is named with its reason, and the reason is tried.
import { isDeepStrictEqual } from 'node:util'
import { createContextClient } from 'mcp-request-context/client'
import { expect } from 'vitest'
import { testContext } from '../support/contexts.js'
import type { Cell } from './cells.js'
import type { Connection } from './connect.js'
import type { Given } from './given.js'
import type { Claim, Sender, Verb } from './verb.js'
import { VERBS } from './verbs.js'

/** A reason why some verbs, or some claims of theirs, cannot be in some cells. */
export interface Limit {
  readonly reason: string
  readonly applies: (cell: Cell, verb: Verb) => boolean
  /** All, unless it says which. */
  readonly claims?: readonly Claim[]
  /** Fails where the reason does not hold. Default: the call fails, and without this package it fails in the same way. */
  readonly prove?: (verb: Verb, connection: Connection, sender: Sender) => Promise<void>
}

const DROPPED: readonly string[] = [
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'notifications/roots/list_changed',
]

const isModern = ({ era }: Cell) => era === '2026-07-28'
const isJson = ({ transport }: Cell) => transport.endsWith('JSON')
const isStateless = ({ transport }: Cell) => transport.includes('stateless') || transport === 'createMcpHandler'
const isInAnswer = ({ name }: Verb) => name.endsWith('in answer to a call')
const isOwn = ({ name }: Verb) => name.endsWith("of the server's own")
const isRequest = ({ claims }: Verb) => !claims.includes('unanswered')
const isAsking = ({ column }: Verb) => column === 'input_required'

/** The first that applies is the reason. */
export const LIMITS: readonly Limit[] = [
  {
    reason: 'SDK 2 has no tasks',
    applies: ({ client, server }, { column }) => column === 'tasks' && (client === 2 || server === 2),
  },
  {
    reason: 'SDK 1 has no `input_required`',
    applies: ({ server }, verb) => server === 1 && isAsking(verb),
  },
  {
    reason: 'the versions before 2026-07-28 do not have it',
    applies: (cell, { column }) => !isModern(cell) && (column === 'listen' || column === 'discover'),
  },
  {
    reason: '2026-07-28 dropped it',
    applies: (cell, { name }) => isModern(cell) && DROPPED.includes(name),
  },
  {
    reason: '2026-07-28 has no requests of a server: its handlers answer `input_required`',
    applies: (cell, verb) => isModern(cell) && isRequest(verb) && (isInAnswer(verb) || isOwn(verb)),
  },
  {
    reason: 'over stateless HTTP, a server can reach its client only with the answer',
    applies: (cell, verb) =>
      !isModern(cell) && isStateless(cell) && (isOwn(verb) || (isInAnswer(verb) && isRequest(verb)) || isAsking(verb)),
  },
  {
    reason:
      'a server of `createMcpHandler` lasts for one request. To tell clients of changes, use its `notify`, which takes no context',
    applies: (cell, verb) => isModern(cell) && isStateless(cell) && isOwn(verb),
  },
  {
    reason: 'a JSON answer is a single message, so nothing can be sent before it',
    applies: (cell, verb) =>
      isJson(cell) && (verb.column === 'progress' || isInAnswer(verb) || (isAsking(verb) && !isModern(cell))),
  },
  {
    reason: 'before 2026-07-28, SDK 2 asks the client while the call waits, so the call is sent once',
    applies: (cell, { name }) => !isModern(cell) && name === 'input_required',
    claims: ['is renewed'],
    prove: async (verb, _connection, sender) => {
      let asked = 0
      const context = () => ({ tenant: `round ${++asked}` })
      const client = createContextClient(sender.client, testContext, { context })
      await verb.call({ ...sender, client }, 'nothing', '')
      expect(asked).toBe(1)
    },
  },
  {
    reason:
      'an input request of 2026-07-28 is part of an answer, not a message. No middleware sees it, so nothing validates its context before the handler reads it with `readContext`',
    applies: (cell, { name }) => isModern(cell) && name === 'an input request',
    claims: ['arrives'],
    prove: async (verb, { log }, sender) => {
      log.drain()
      await verb.call(sender, { tenant: 'acme' }, '')
      const sighting = log.drain().find(({ label }) => verb.labels.includes(label))
      expect(sighting?.first.argument).toEqual({ tenant: 'acme' })
      // In memory the client's handler runs below that of the server.
      if (sender.cell.transport !== 'in memory') expect(sighting?.first.ambient).toBe('outside_request')
    },
  },
  {
    reason: 'SDK 2 answers it without the server: the context arrives, and nothing checks it',
    applies: (_cell, { column }) => column === 'listen',
    claims: ['invalid', 'too large'],
    prove: async (verb, _connection, sender) => {
      await verb.call(sender, 'invalid', '')
    },
  },
]

/** Why a claim of a verb cannot be in a cell, if it cannot. */
export function limitOf(cell: Cell, verb: Verb, claim: Claim): Limit | undefined {
  return LIMITS.find(({ applies, claims }) => applies(cell, verb) && (claims?.includes(claim) ?? true))
}

/** What cannot be in a cell: the verb, why, and which of its claims. */
export function limitsOf(cell: Cell): { verb: Verb; limit: Limit; claims: Claim[] }[] {
  return VERBS.flatMap((verb) =>
    LIMITS.map((limit) => {
      return { verb, limit, claims: verb.claims.filter((claim) => limitOf(cell, verb, claim) === limit) }
    }),
  ).filter(({ claims }) => claims.length > 0)
}

/**
 * How long to wait for an answer that never comes, in milliseconds. A busy machine may take longer for one that does:
 * the two are then not the same, and longer waits follow.
 */
const WAITS = [200, 2000, 20_000] as const

/** A call that fails does so without this package too, and in the same way. */
export async function failsTheSame(
  verb: Verb,
  [own, bare]: readonly [own: Connection, bare: Connection],
  senderOf: (connection: Connection, timeout: number) => Sender,
): Promise<void> {
  let withPackage: unknown
  let without: unknown
  for (const wait of WAITS) {
    ;[withPackage, without] = await Promise.all([
      outcome(verb, own, senderOf(own, wait), { tenant: 'acme' }),
      outcome(verb, bare, senderOf(bare, wait), 'nothing'),
    ])
    if (isDeepStrictEqual(withPackage, without)) break
  }
  expect(withPackage).not.toBe('served')
  expect(withPackage).toEqual(without)
}

async function outcome(verb: Verb, connection: Connection, sender: Sender, given: Given) {
  try {
    await verb.call(sender, given, (await verb.prepare?.(connection)) ?? '')
    return 'served'
  } catch (error) {
    const { name, code, message } = error as Error & { code: unknown }
    return { name, code, message: message.replace(/\d+/g, 'N') }
  }
}
