// The way of today that is right and slow: for each user a client of its own, connected for the call.
import { createContextClient } from 'mcp-request-context/client'
import { contextServer } from './context-server.js'
import { contextOf, definitionOf } from './contexts.js'
import { CARRIERS, type Carrier } from './host.js'
import { inFlight } from './in-flight.js'
import { sideBySide } from './rounds.js'
import { checkAnswer, headerOf, MAJORS, type Major, newServer, WHOAMI } from './sdk.js'
import { cells, type Section } from './section.js'
import { micros, ratioOf, spreadOf, times } from './spread.js'
import { atLeast, type Target } from './target.js'

const definition = definitionOf('zod', 5)

/** The throughput with 64 calls in flight, over that of reconnecting. */
const LEAST = 4

export async function* reconnectingSections(): AsyncGenerator<Section> {
  for (const carrier of Object.keys(CARRIERS) as Carrier[]) {
    const rows: string[][] = []
    const targets: Target[] = []
    for (const major of MAJORS) {
      for (const calls of [1, 64]) {
        const { view, bare, reconnecting } = await besideReconnecting(carrier, major, calls)
        const more = ratioOf(reconnecting, view)
        const each = [spreadOf(view), spreadOf(reconnecting)].map(({ median }) => micros(median))
        rows.push([
          `SDK ${major}.x, ${calls} in flight`,
          ...each,
          ...cells(more, times),
          ...cells(ratioOf(reconnecting, bare), times),
        ])
        if (calls === 1) continue
        const what = `Throughput over that of reconnecting ${carrier}, SDK ${major}.x, ${calls} in flight`
        targets.push(atLeast(what, LEAST, more, times, ' times'))
      }
    }
    yield {
      title: `A client connected for each call, ${carrier}`,
      table: [
        [
          ...['', 'a view made for the call, µs', 'connect, call, close, µs', 'ratio', 'quartiles'],
          ...['no context, one connection: its ratio', 'quartiles'],
        ],
        ...rows,
      ],
      remark:
        carrier === 'in memory'
          ? 'Each connection has a server of its own.'
          : 'The client says who is calling in a header of its own. It does not end its session at the server, which would be a request more.',
      targets,
    }
  }
}

async function besideReconnecting(carrier: Carrier, major: Major, calls: number) {
  const shared = await CARRIERS[carrier](major, () => contextServer(major, definition))
  const plainServer = () => newServer(major, (extra) => String(headerOf(extra, 'x-tenant-id') ?? 'acme'))
  const own = await CARRIERS[carrier](major, plainServer)
  const plain = await CARRIERS[carrier](major, plainServer)
  try {
    const client = createContextClient(await shared.connect(), definition)
    const one = await plain.connect()
    const users = Array.from({ length: calls }, (_, index) => contextOf(5, `${index}`))
    await checkAnswer(() => client.withContext(contextOf(5)).callTool(WHOAMI))
    const viewCalls = inFlight(calls, (index) => client.withContext(users[index] ?? {}).callTool(WHOAMI))
    const bareCalls = inFlight(calls, () => one.callTool(WHOAMI))
    const reconnects = inFlight(calls, async (index) => {
      const headers = { 'x-tenant-id': String(users[index]?.tenant) }
      const user = await own.connect({ requestInit: { headers } })
      await user.callTool(WHOAMI)
      await user.close()
    })
    return await sideBySide(
      { view: viewCalls, bare: bareCalls, reconnecting: { ...reconnects, after: () => own.forget() } },
      // Long timings: what reconnecting leaves for others to collect is not to count as theirs.
      { rounds: 20, millis: carrier === 'in memory' ? 100 : 50 },
    )
  } finally {
    await shared.close()
    await own.close()
    await plain.close()
  }
}
