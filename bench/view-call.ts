// A view's call, beside the same call with `_meta` written by hand, and beside no context at all.
import { createContextClient } from 'mcp-request-context/client'
import { contextServer } from './context-server.js'
import { contextOf, definitionOf } from './contexts.js'
import { CARRIERS, type Carrier, type OpenHost } from './host.js'
import { overHttpOf2026 } from './host-of-2026.js'
import { inFlight } from './in-flight.js'
import { type Effort, sideBySide } from './rounds.js'
import { checkAnswer, MAJORS, type Major, newServer } from './sdk.js'
import { cells, type Section } from './section.js'
import { micros, ratioOf, spreadOf, times } from './spread.js'
import { atMost } from './target.js'
import { withoutScopes } from './without-scopes.js'

const definition = definitionOf('zod', 5)
const context = contextOf(5)

/** What a view may cost over the same bytes written by hand. */
const MOST: Readonly<Record<Carrier, number>> = { 'in memory': 1.03, 'over HTTP': 1.01 }

/** What the target is about is compared as a pair: the nearer two timings are, the less the machine changes between. */
const PAIRS: Readonly<Record<Carrier, Readonly<Record<number, Effort>>>> = {
  'in memory': { 1: { rounds: 20_000, millis: 0 }, 64: { rounds: 1000, millis: 0 } },
  'over HTTP': { 1: { rounds: 3000, millis: 0 }, 64: { rounds: 200, millis: 0 } },
}
const ALL: Readonly<Record<Carrier, Readonly<Record<number, Effort>>>> = {
  'in memory': { 1: { rounds: 5000, millis: 0 }, 64: { rounds: 200, millis: 0 } },
  'over HTTP': { 1: { rounds: 400, millis: 0 }, 64: { rounds: 15, millis: 0 } },
}

const REMARKS: Readonly<Record<Carrier, string>> = {
  'in memory':
    'The transports are those of the SDK, which hand over a message as the object that it is. On Node 20 an `AsyncLocalStorage` slows down every promise of the process; the last row is without, and but for 3% as fast as a process that never had one.',
  'over HTTP':
    'Client and server are in one process. Requests are sent without the abort signal that the SDK shares between them all: Node leaves a listener on it until the next collection, and each request looks through those of its predecessors.',
}

interface Cell {
  readonly name: string
  readonly carrier: Carrier
  readonly major: Major
  readonly open: OpenHost
  readonly inFlight: readonly number[]
}

const CELLS: readonly Cell[] = [
  ...(Object.keys(CARRIERS) as Carrier[]).flatMap((carrier) =>
    MAJORS.map((major) => ({
      name: `${carrier}, SDK ${major}.x`,
      carrier,
      major,
      open: CARRIERS[carrier],
      inFlight: [1, 64],
    })),
  ),
  {
    name: 'over HTTP, SDK 2.x, protocol 2026-07-28',
    carrier: 'over HTTP',
    major: 2,
    open: overHttpOf2026,
    inFlight: [1],
  },
]

export async function* viewCallSections(): AsyncGenerator<Section> {
  for (const cell of CELLS) for (const calls of cell.inFlight) yield await viewCall(cell, calls)
}

async function viewCall({ name, carrier, major, open }: Cell, calls: number): Promise<Section> {
  const withContext = await open(major, () => contextServer(major, definition))
  const without = await open(major, () => newServer(major))
  try {
    const bare = await without.connect()
    // One connection for all that carries a context: they differ in how it gets into `_meta`, and in nothing else.
    const client = await withContext.connect()
    const views = createContextClient(client, definition)
    const view = views.withContext(context)
    // As calls are written: their params are made for each, with `_meta` among them or without it.
    const { key } = definition
    const byHand = () => client.callTool({ name: 'whoami', arguments: {}, _meta: { [key]: context } })
    const byView = () => view.callTool({ name: 'whoami', arguments: {} })
    const byNewView = () => views.withContext(context).callTool({ name: 'whoami', arguments: {} })
    const byNone = () => bare.callTool({ name: 'whoami', arguments: {} })
    for (const call of [byHand, byView, byNewView, byNone]) await checkAnswer(call)
    const byHandCalls = inFlight(calls, byHand)
    const viewCalls = inFlight(calls, byView)
    const noContext = inFlight(calls, byNone)
    const pair = await sideBySide({ byHand: byHandCalls, view: viewCalls }, PAIRS[carrier][calls])
    const all = await sideBySide(
      {
        byHand: byHandCalls,
        view: viewCalls,
        newView: inFlight(calls, byNewView),
        noContext,
        neverAny: withoutScopes(noContext),
      },
      ALL[carrier][calls],
    )
    const ratio = ratioOf(pair.view, pair.byHand)
    const row = (name: string, own: readonly number[], toByHand = ratioOf(own, all.byHand)) => [
      name,
      micros(spreadOf(own).median),
      ...cells(toByHand, times),
      ...cells(ratioOf(own, all.neverAny), times),
    ]
    const title = `A call ${name}, ${calls} in flight`
    return {
      title,
      table: [
        ['', 'µs', 'over by hand', 'quartiles', 'over none', 'quartiles'],
        row('`_meta` by hand, middleware on the server', all.byHand),
        row('a view, the same server', all.view, ratio),
        row('a view made for the call, the same server', all.newView),
        row('no context, no middleware', all.noContext),
        row('the same in a process that has no `AsyncLocalStorage`', all.neverAny),
      ],
      ...(calls === 1 && { remark: REMARKS[carrier] }),
      targets: [atMost(`${title}: a view over \`_meta\` by hand`, MOST[carrier], ratio, times)],
    }
  } finally {
    await withContext.close()
    await without.close()
  }
}
