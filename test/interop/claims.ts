// What is claimed of a verb, tried on a connection.
import { contextErrorFrom } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { expect } from 'vitest'
import { testContext } from '../support/contexts.js'
import type { Connection } from './connect.js'
import type { Fields, Given } from './given.js'
import type { Look, Sighting } from './log.js'
import type { Claim, Sender, Verb } from './verb.js'

type Try = (verb: Verb, connection: Connection, sender: Sender) => Promise<void>

const ACME: Fields = { tenant: 'acme', token: 'TOKEN_1' }
let pairs = 0

/** Two calls at once: the handler of each sees its own context, by every accessor, at its start and later. */
const arrives: Try = async (verb, connection, sender) => {
  const { contexts, seen } = await twoAtOnce(verb, connection, sender)
  const expected = contexts.flatMap((fields) =>
    verb.labels.map((label) => ({ label, first: look(verb, fields), later: look(verb, fields), overlapped: true })),
  )
  expect(sorted(verb.repeated ? distinct(seen) : seen)).toEqual(sorted(expected))
}

const isCarried: Try = async (verb, connection, sender) => {
  const { contexts, seen } = await twoAtOnce(verb, connection, sender)
  expect(sorted(seen).map(({ first }) => first.ambient)).toEqual(contexts.map(verb.seen))
}

const isReadable: Try = async (verb, connection, sender) => {
  const { contexts, seen } = await twoAtOnce(verb, connection, sender)
  const read = seen.map(({ first, later }) => [first.argument, later.argument])
  expect(read).toHaveLength(contexts.length)
  expect(read).toEqual(expect.arrayContaining(contexts.map((fields) => [verb.seen(fields), verb.seen(fields)])))
}

const isRenewed: Try = async (verb, connection, sender) => {
  await drain(connection)
  let round = 0
  const client = createContextClient(sender.client, testContext, { context: () => ({ tenant: `round ${++round}` }) })
  await verb.call({ ...sender, client }, 'nothing', '')
  const seen = await seenOf(verb, connection, 2)
  expect(seen.map(({ first }) => first.ambient)).toEqual([{ tenant: 'round 1' }, { tenant: 'round 2' }])
}

/** The call without a context is served, and its handler reads none. */
const optional: Try = async (verb, connection, sender) => {
  const none: Look = { ambient: 'missing', ...(verb.argument && { argument: 'missing' }), header: null }
  const seen = await seenIn(verb, connection, sender, 'nothing')
  expect(seen).toEqual(verb.labels.map((label) => ({ label, first: none, later: none })))
}

function refused(given: Exclude<Given, Fields>, reason: string): Try {
  return async (verb, connection, sender) => {
    const prepared = await prepare(verb, connection)
    const error = await verb.call(sender, given, prepared).then(
      () => 'served',
      (error: unknown) => error,
    )
    expect(error).toMatchObject({ code: -32602, data: { extension: testContext.key, key: testContext.key, reason } })
    expect(contextErrorFrom(error)?.code).toBe(reason)
    // The log has the next call alone, unless it is the log of the wire.
    await verb.call(sender, ACME, prepared)
    const seen = (await seenOf(verb, connection, verb.labels.length)).map(({ label, first }) => [label, first.ambient])
    const served = verb.labels.map((label) => [label, verb.seen(ACME)])
    expect(seen).toEqual(verb.claims.includes('is carried') ? expect.arrayContaining(served) : served)
  }
}

/** A notification cannot be refused: it is handled without the context. */
const unanswered: Try = async (verb, connection, sender) => {
  const told = { ...verb, labels: [...verb.labels, 'onerror'] }
  const seen = await seenIn(told, connection, sender, 'invalid')
  const [handled, ...others] = seen.filter(({ label }) => label !== 'onerror')
  expect([handled?.first, others]).toEqual([{ ambient: 'missing', header: null }, []])
  expect(seen.find(({ label }) => label === 'onerror')?.first.ambient).toBe('invalid')
}

export const TRIES: Readonly<Record<Claim, Try>> = {
  arrives,
  missing: refused('nothing', 'missing'),
  optional,
  invalid: refused('invalid', 'invalid'),
  'too large': refused('too large', 'too_large'),
  unanswered,
  'is carried': isCarried,
  'is readable': isReadable,
  'is renewed': isRenewed,
}

/** Two calls that are sure to overlap: their handlers wait for each other. */
async function twoAtOnce(verb: Verb, connection: Connection, sender: Sender) {
  const user = { id: `pair ${++pairs}` }
  const contexts = ['acme', 'globex'].map((tenant): Fields => ({ tenant, token: `TOKEN of ${tenant}`, user }))
  const prepared = await Promise.all(contexts.map(() => verb.prepare?.(connection)))
  await drain(connection)
  await Promise.all(contexts.map((fields, index) => verb.call(sender, fields, prepared[index] ?? '')))
  return { contexts, seen: await seenOf(verb, connection, 2 * verb.labels.length) }
}

/** What is seen of one call. */
async function seenIn(verb: Verb, connection: Connection, sender: Sender, given: Given): Promise<Sighting[]> {
  await verb.call(sender, given, await prepare(verb, connection))
  return seenOf(verb, connection, verb.labels.length)
}

async function prepare(verb: Verb, connection: Connection): Promise<string> {
  const prepared = await verb.prepare?.(connection)
  await drain(connection)
  return prepared ?? ''
}

async function drain(connection: Connection): Promise<void> {
  await connection.seenByServer()
  connection.log.drain()
}

/** What was seen of a verb; a notification may still be under way when its sender goes on. */
async function seenOf(verb: Verb, connection: Connection, count: number): Promise<Sighting[]> {
  const seen: Sighting[] = []
  for (let round = 0; round < 3000; round++) {
    const more = verb.seenBy === 'client' ? connection.log.drain() : await connection.seenByServer()
    seen.push(...more.filter(({ label }) => verb.labels.includes(label)))
    if (seen.length >= count) break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return seen
}

function look(verb: Verb, fields: Fields): Look {
  const seen = verb.seen(fields)
  return { ambient: seen, ...(verb.argument && { argument: seen }), header: seen.tenant }
}

function distinct(sightings: readonly Sighting[]): Sighting[] {
  return [...new Map(sightings.map((sighting) => [JSON.stringify(sighting), sighting])).values()]
}

function sorted(sightings: readonly Sighting[]): Sighting[] {
  const key = ({ label, first }: Sighting) => `${label} ${(first.ambient as Fields).tenant}`
  return [...sightings].sort((a, b) => key(a).localeCompare(key(b)))
}
