// What people do without this package to tell users apart: connect anew for each call, keep a connection for each user,
// or change a header that all calls share.
import { setTimeout as wait } from 'node:timers/promises'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, installContext } from 'mcp-request-context/server'
import { contextOf, definitionOf } from './contexts.js'
import { cells, medianOf, ratio, ratioOf, whole } from './figures.js'
import { makeMany } from './heap.js'
import { CARRIERS, type Carrier, contextServer, fetchWithoutSignal, HOSTS } from './hosts.js'
import { atLeast, type Section, type Target } from './report.js'
import { atOnce, sideBySide } from './rounds.js'
import { checkAnswer, headerOf, MAJORS, type Major, newServer, type ToolResult, WHOAMI } from './sdk.js'

const definition = definitionOf('zod', 5)
const HEADER = 'x-tenant-id'
const IN_FLIGHT = 64

/** How many times the throughput of the alternative a view must have. */
const AT_LEAST = 4

export async function* reconnectingSections(): AsyncGenerator<Section> {
  const rows: string[][] = []
  const targets: Target[] = []
  for (const carrier of CARRIERS) {
    for (const major of MAJORS) {
      const { view, reconnecting } = await besideReconnecting(carrier, major)
      const name = `${carrier}, SDK ${major}`
      const times = ratioOf(reconnecting, view)
      rows.push([name, medianOf(view), medianOf(reconnecting), ...cells(times, ratio)])
      targets.push(atLeast(`Throughput over that of reconnecting, ${name}`, AT_LEAST, times, ratio, ' times'))
    }
  }
  yield {
    title: `A client connected for each call, ${IN_FLIGHT} in flight`,
    table: [['', 'a view made for the call, µs', 'connect, call, close, µs', 'ratio', '95% interval'], ...rows],
    remark:
      'In memory, each connection has a server of its own. Over HTTP, the client does not end its session, which would be one more request.',
    targets,
  }
}

async function besideReconnecting(carrier: Carrier, major: Major) {
  const shared = await HOSTS[carrier](major, () => contextServer(major, definition))
  const own = await HOSTS[carrier](major, () => newServer(major, (extra) => String(headerOf(extra, HEADER) ?? 'acme')))
  try {
    const client = createContextClient(await shared.connect(), definition)
    const users = usersOf(IN_FLIGHT)
    await checkAnswer(() => client.withContext(contextOf(5)).callTool(WHOAMI))
    return await sideBySide(
      {
        view: atOnce(IN_FLIGHT, (index) => client.withContext(users[index] ?? {}).callTool(WHOAMI)),
        reconnecting: {
          ...atOnce(IN_FLIGHT, async (index) => {
            const user = await own.connect({ requestInit: { headers: { [HEADER]: String(users[index]?.tenant) } } })
            await user.callTool(WHOAMI)
            await user.close()
          }),
          after: () => own.forget(),
        },
      },
      // Long timings, so that each subject pays for collecting its own garbage.
      { rounds: 20, millis: carrier === 'in memory' ? 100 : 50 },
    )
  } finally {
    await shared.close()
    await own.close()
  }
}

/** Over HTTP each session keeps a stream open, which is two files for each user of this process. */
const USERS: Readonly<Record<Carrier, number>> = { 'in memory': 10_000, 'over HTTP': 100 }

export async function* poolSections(): AsyncGenerator<Section> {
  const rows: string[][] = []
  for (const carrier of CARRIERS) for (const major of MAJORS) rows.push(await besidePool(carrier, major))
  yield {
    title: 'A pool with a connection for each user',
    table: [
      [
        '',
        'users',
        'a view, a call, µs',
        'pool, a call, µs',
        'ratio',
        '95% interval',
        'a view, bytes',
        'pool, bytes a user',
      ],
      ...rows,
    ],
    remark:
      'The users call in turn. The bytes are those of the heap after a garbage collection, of client and server together: both are in this process.',
  }
}

async function besidePool(carrier: Carrier, major: Major): Promise<string[]> {
  const shared = await HOSTS[carrier](major, () => contextServer(major, definition))
  const own = await HOSTS[carrier](major, () => newServer(major))
  try {
    const users = USERS[carrier]
    const client = createContextClient(await shared.connect(), definition)
    const contexts = usersOf(users)
    const views = await makeMany(users, (index) => client.withContext(contexts[index] ?? {}))
    const pool = await makeMany(users, () => own.connect())
    await checkAnswer(() => client.withContext(contextOf(5)).callTool(WHOAMI))
    let turn = 0
    const next = <T>(many: readonly T[]) => many[turn++ % users] as T
    const times = await sideBySide(
      { view: () => next(views.made).callTool(WHOAMI), pool: () => next(pool.made).callTool(WHOAMI) },
      { rounds: carrier === 'in memory' ? 10_000 : 400, millis: 0 },
    )
    return [
      `${carrier}, SDK ${major}`,
      whole(users),
      medianOf(times.view),
      medianOf(times.pool),
      ...cells(ratioOf(times.pool, times.view), ratio),
      // Of a hundred views, the heap of the process is too noisy to tell.
      users < 10_000 ? '' : whole(views.bytesEach),
      whole(pool.bytesEach),
    ]
  } finally {
    await shared.close()
    await own.close()
  }
}

export async function* sharedHeaderSections(): AsyncGenerator<Section> {
  for (const major of MAJORS) for (const millis of [0, 10]) yield await besideSharedHeader(major, millis)
}

async function besideSharedHeader(major: Major, millis: number): Promise<Section> {
  const slowly = async (answer: string) => {
    if (millis > 0) await wait(millis)
    return answer
  }
  const withContext = await HOSTS['over HTTP'](major, () =>
    installContext(
      newServer(major, () => slowly(String(getContext(definition).tenant))),
      definition,
    ),
  )
  const withHeader = await HOSTS['over HTTP'](major, () =>
    newServer(major, (extra) => slowly(String(headerOf(extra, HEADER)))),
  )
  try {
    const client = createContextClient(await withContext.connect(), definition)
    const headers: Record<string, string> = {}
    const sharing = await withHeader.connect({
      fetch: (url, init) => {
        const sent = { ...Object.fromEntries(new Headers(init?.headers)), ...headers }
        return fetchWithoutSignal(url, { ...init, headers: sent })
      },
    })
    const users = usersOf(IN_FLIGHT)
    const callWithHeader = (index: number) => {
      headers[HEADER] = String(users[index]?.tenant)
      return sharing.callTool(WHOAMI)
    }
    let last: Promise<unknown> = Promise.resolve()
    const afterTheLast = <T>(call: () => Promise<T>): Promise<T> => {
      const mine = last.then(call)
      last = mine
      return mine
    }
    const view = new Counted(users, (index) => client.withContext(users[index] ?? {}).callTool(WHOAMI))
    const locked = new Counted(users, (index) => afterTheLast(() => callWithHeader(index)))
    const unlocked = new Counted(users, callWithHeader)
    const times = await sideBySide(
      { view: view.subject, locked: locked.subject, unlocked: unlocked.subject },
      { rounds: millis === 0 ? 25 : 12, millis: 0 },
    )
    const row = (name: string, own: readonly number[], { wrong, answers }: Counted) => [
      name,
      medianOf(own),
      ...cells(ratioOf(own, times.view), ratio),
      `${whole(wrong)} of ${whole(answers)}`,
    ]
    const name = `SDK ${major}, ${IN_FLIGHT} in flight, a handler of ${millis} ms`
    const more = ratioOf(times.locked, times.view)
    return {
      title: `A header that all calls share, over HTTP, ${name}`,
      table: [
        ['', 'µs a call', 'ratio', '95% interval', 'wrong answers'],
        row('a view made for the call', times.view, view),
        row('the header set under a lock, one call after the other', times.locked, locked),
        row('the header set without a lock', times.unlocked, unlocked),
      ],
      targets:
        millis === 0
          ? []
          : [atLeast(`Throughput over that of a locked header, ${name}`, AT_LEAST, more, ratio, ' times')],
    }
  } finally {
    await withContext.close()
    await withHeader.close()
  }
}

/** Calls of many users at once. Counts the answers, and those that belong to another user. */
class Counted {
  answers = 0
  wrong = 0
  readonly subject

  constructor(users: readonly { readonly tenant?: unknown }[], call: (index: number) => Promise<ToolResult>) {
    this.subject = atOnce(users.length, async (index) => {
      const { content } = await call(index)
      this.answers++
      if (content[0]?.text !== users[index]?.tenant) this.wrong++
    })
  }
}

function usersOf(count: number) {
  return Array.from({ length: count }, (_, index) => contextOf(5, `${index}`))
}
