// The way of today that is fast and wrong, and the lock that makes it right: one object of headers for everybody.
import { setTimeout as wait } from 'node:timers/promises'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, installContext } from 'mcp-request-context/server'
import { contextOf, definitionOf } from './contexts.js'
import { CARRIERS, fetchWithoutSignal } from './host.js'
import { inFlight } from './in-flight.js'
import { sideBySide } from './rounds.js'
import { headerOf, MAJORS, type Major, newServer, type ToolResult, WHOAMI } from './sdk.js'
import { cells, type Section } from './section.js'
import { micros, ratioOf, spreadOf, times, whole } from './spread.js'
import { atLeast } from './target.js'

const definition = definitionOf('zod', 5)
const HEADER = 'x-tenant-id'
const CALLS = 64

/** The throughput over that of the locked header, where a handler takes a while. */
const LEAST = 4

export async function* sharedHeaderSections(): AsyncGenerator<Section> {
  for (const major of MAJORS) for (const millis of [0, 10]) yield await besideSharedHeader(major, millis)
}

async function besideSharedHeader(major: Major, millis: number): Promise<Section> {
  const slowly = async (answer: string) => {
    if (millis > 0) await wait(millis)
    return answer
  }
  const withContext = await CARRIERS['over HTTP'](major, () =>
    installContext(
      newServer(major, () => slowly(String(getContext(definition).tenant))),
      definition,
    ),
  )
  const withHeader = await CARRIERS['over HTTP'](major, () =>
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
    const users = Array.from({ length: CALLS }, (_, index) => contextOf(5, `${index}`))
    const wrong = { view: 0, locked: 0, unlocked: 0 }
    const answered = { view: 0, locked: 0, unlocked: 0 }
    const check = (way: keyof typeof wrong, index: number, { content }: ToolResult) => {
      answered[way]++
      if (content[0]?.text !== users[index]?.tenant) wrong[way]++
    }
    const withSharedHeader = (index: number) => {
      headers[HEADER] = String(users[index]?.tenant)
      return sharing.callTool(WHOAMI)
    }
    let last: Promise<unknown> = Promise.resolve()
    const inTurn = <T>(call: () => Promise<T>): Promise<T> => {
      const mine = last.then(call)
      last = mine
      return mine
    }
    const measured = await sideBySide(
      {
        view: inFlight(CALLS, async (index) => {
          check('view', index, await client.withContext(users[index] ?? {}).callTool(WHOAMI))
        }),
        locked: inFlight(CALLS, async (index) => {
          check('locked', index, await inTurn(() => withSharedHeader(index)))
        }),
        unlocked: inFlight(CALLS, async (index) => check('unlocked', index, await withSharedHeader(index))),
      },
      { rounds: millis === 0 ? 25 : 12, millis: 0 },
    )
    const row = (name: string, way: keyof typeof wrong) => [
      name,
      micros(spreadOf(measured[way]).median),
      ...cells(ratioOf(measured[way], measured.view), times),
      `${whole(wrong[way])} of ${whole(answered[way])}`,
    ]
    const title = `One object of headers for all calls over HTTP, SDK ${major}.x, ${CALLS} in flight, a handler of ${millis} ms`
    const what = `Throughput over that of a locked header, SDK ${major}.x, ${CALLS} in flight, a handler of ${millis} ms`
    const more = ratioOf(measured.locked, measured.view)
    return {
      title,
      table: [
        ['', 'µs a call', 'ratio', 'quartiles', 'wrong answers'],
        row('a view made for the call', 'view'),
        row('a header set under a lock, one call after the other', 'locked'),
        row('a header set without a lock', 'unlocked'),
      ],
      targets: millis === 0 ? [] : [atLeast(what, LEAST, more, times, ' times')],
    }
  } finally {
    await withContext.close()
    await withHeader.close()
  }
}
