// The way of today that is right and large: a connection for each user, kept open.
import { createContextClient } from 'mcp-request-context/client'
import { contextServer } from './context-server.js'
import { contextOf, definitionOf } from './contexts.js'
import { makeMany } from './heap.js'
import { CARRIERS, type Carrier } from './host.js'
import { sideBySide } from './rounds.js'
import { checkAnswer, MAJORS, type Major, newServer, WHOAMI } from './sdk.js'
import { cells, type Section } from './section.js'
import { micros, ratioOf, spreadOf, times, whole } from './spread.js'

const definition = definitionOf('zod', 5)

/** Over HTTP every session of an SDK client keeps a stream open: two files for each user of a process like this one. */
const USERS: Readonly<Record<Carrier, readonly number[]>> = { 'in memory': [1, 100, 10_000], 'over HTTP': [1, 100] }

export async function* poolSections(): AsyncGenerator<Section> {
  for (const major of MAJORS) {
    const rows: string[][] = []
    for (const carrier of Object.keys(CARRIERS) as Carrier[]) {
      for (const users of USERS[carrier]) rows.push(await besidePool(carrier, major, users))
    }
    yield {
      title: `A pool with a connection for each user, SDK ${major}.x`,
      table: [
        [
          'users',
          'one connection, a call, µs',
          'pool, a call, µs',
          'ratio',
          'quartiles',
          'a view, bytes',
          'pool, bytes a user',
        ],
        ...rows,
      ],
      remark:
        'The users call in turn. The bytes are those of the heap after a collection, of client and server together, as both are in this process. The 10,000 connections are in memory: over HTTP each keeps a stream open, and they are more than a process may have files.',
    }
  }
}

async function besidePool(carrier: Carrier, major: Major, users: number): Promise<string[]> {
  const shared = await CARRIERS[carrier](major, () => contextServer(major, definition))
  const own = await CARRIERS[carrier](major, () => newServer(major))
  try {
    const client = createContextClient(await shared.connect(), definition)
    const contexts = Array.from({ length: users }, (_, index) => contextOf(5, `${index}`))
    const views = await makeMany(users, (index) => client.withContext(contexts[index] ?? {}))
    const pool = await makeMany(users, () => own.connect())
    await checkAnswer(() => client.withContext(contextOf(5)).callTool(WHOAMI))
    let turn = 0
    const next = <T>(many: readonly T[]) => many[turn++ % users] as T
    const measured = await sideBySide(
      { views: () => next(views.made).callTool(WHOAMI), pool: () => next(pool.made).callTool(WHOAMI) },
      { rounds: carrier === 'in memory' ? 10_000 : 400, millis: 0 },
    )
    const bytes = (each: number, least: number) => (users < least ? '' : whole(each))
    return [
      `${whole(users)} ${carrier}`,
      micros(spreadOf(measured.views).median),
      micros(spreadOf(measured.pool).median),
      ...cells(ratioOf(measured.pool, measured.views), times),
      bytes(views.bytesEach, 10_000),
      bytes(pool.bytesEach, 100),
    ]
  } finally {
    await shared.close()
    await own.close()
  }
}
