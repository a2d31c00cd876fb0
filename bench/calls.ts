// The whole call: by a view, and by a view made for the call, each beside the same call with `_meta` written by hand.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createContextClient } from 'mcp-request-context/client'
import { contextOf, definitionOf } from './contexts.js'
import { cells, figureOf, medianOf, micros, ratio, ratioOf } from './figures.js'
import { type Carrier, contextServer, HOSTS, type OpenHost, overHttp2026 } from './hosts.js'
import { atMost, type Section } from './report.js'
import { atOnce, sideBySide } from './rounds.js'
import { type BenchClient, checkAnswer, MAJORS, type Major, newServer } from './sdk.js'

/** What a call by a view may take, as a ratio to the call by hand. */
const LIMITS: Readonly<Record<Carrier, { view: number; newView: number }>> = {
  'in memory': { view: 1.03, newView: 1.08 },
  'over HTTP': { view: 1.01, newView: 1.02 },
}

/** How many rounds compare two subjects, by how many calls are in flight. Differences below 1% take thousands. */
const ROUNDS: Readonly<Record<Carrier, Readonly<Record<number, number>>>> = {
  'in memory': { 1: 40_000, 8: 8000 },
  'over HTTP': { 1: 6000, 8: 800 },
}

interface Setup {
  readonly carrier: Carrier
  readonly major: Major
  readonly open: OpenHost
  readonly protocol?: string
}

const SETUPS: readonly Setup[] = [
  ...MAJORS.map((major): Setup => ({ carrier: 'in memory', major, open: HOSTS['in memory'] })),
  ...MAJORS.map((major): Setup => ({ carrier: 'over HTTP', major, open: HOSTS['over HTTP'] })),
  { carrier: 'over HTTP', major: 2, open: overHttp2026, protocol: '2026-07-28' },
]

/** A part for each setup, so that each is measured in a process of its own. */
export const CALL_PARTS: Readonly<Record<string, () => AsyncIterable<Section>>> = Object.fromEntries(
  SETUPS.map((setup) => [`calls ${nameOf(setup)}`, () => callSections(setup)]),
)

function nameOf({ carrier, major, protocol }: Setup): string {
  return `${carrier}, SDK ${major}${protocol === undefined ? '' : `, ${protocol}`}`
}

const definition = definitionOf('zod', 5)
const context = contextOf(5)

async function* callSections(setup: Setup): AsyncGenerator<Section> {
  const { carrier, major, open } = setup
  const without = await open(major, () => newServer(major))
  const withContext = await open(major, () => contextServer(major, definition))
  try {
    const bare = await without.connect()
    yield await storageSection(setup, bare)
    const client = await withContext.connect()
    for (const inFlight of Object.keys(ROUNDS[carrier])) yield await viewSection(setup, Number(inFlight), client, bare)
  } finally {
    await without.close()
    await withContext.close()
  }
}

async function viewSection(setup: Setup, inFlight: number, client: BenchClient, bare: BenchClient): Promise<Section> {
  const { carrier } = setup
  const contextClient = createContextClient(client, definition)
  const oneView = contextClient.withContext(context)
  // All three use the same connection: they differ only in how the context gets into `_meta`. Each makes its params anew.
  const calls = {
    byHand: () => client.callTool({ name: 'whoami', arguments: {}, _meta: { [definition.key]: context } }),
    view: () => oneView.callTool({ name: 'whoami', arguments: {} }),
    newView: () => contextClient.withContext(context).callTool({ name: 'whoami', arguments: {} }),
    none: () => bare.callTool({ name: 'whoami', arguments: {} }),
  }
  const rounds = ROUNDS[carrier][inFlight] ?? 0
  const besideByHand = async (name: 'view' | 'newView' | 'none', rounds: number) => {
    await checkAnswer(calls.byHand)
    await checkAnswer(calls[name])
    const { byHand, other } = await sideBySide(
      { byHand: atOnce(inFlight, calls.byHand), other: atOnce(inFlight, calls[name]) },
      { rounds, millis: 0 },
    )
    return { byHand, micros: medianOf(other), ratio: ratioOf(other, byHand) }
  }
  const view = await besideByHand('view', rounds)
  const newView = await besideByHand('newView', rounds)
  const none = await besideByHand('none', rounds / 4)
  const title = `A call ${nameOf(setup)}, ${inFlight} in flight`
  return {
    title,
    table: [
      ['', 'µs', 'ratio', '95% interval'],
      ['`_meta` by hand, middleware on the server', medianOf(newView.byHand), '1', ''],
      ['a view made for the call, same server', newView.micros, ...cells(newView.ratio, ratio)],
      ['a view made once, same server', view.micros, ...cells(view.ratio, ratio)],
      ['no context, no middleware', none.micros, ...cells(none.ratio, ratio)],
    ],
    targets: [
      atMost(
        `${title}: a view made for the call, over \`_meta\` by hand`,
        LIMITS[carrier].newView,
        newView.ratio,
        ratio,
      ),
      atMost(`${title}: a view made once, over \`_meta\` by hand`, LIMITS[carrier].view, view.ratio, ratio),
    ],
  }
}

/** On Node 20, a process that uses an AsyncLocalStorage pays for it with every promise, in calls without a context too. */
async function storageSection(setup: Setup, bare: BenchClient): Promise<Section> {
  const storage = new AsyncLocalStorage()
  const run = () => bare.callTool({ name: 'whoami', arguments: {} })
  await checkAnswer(run)
  const { without, used } = await sideBySide(
    {
      without: { run, before: () => storage.disable() },
      used: { run, before: () => storage.run({}, () => {}) },
    },
    { rounds: (ROUNDS[setup.carrier][1] ?? 0) / 4, millis: 0 },
  )
  storage.disable()
  return {
    title: `A call ${nameOf(setup)}, without this package: what an AsyncLocalStorage in the process costs`,
    table: [
      ['', 'µs', 'ratio', '95% interval'],
      ['none in the process', micros(figureOf(without).median), '1', ''],
      ['one that has been used', micros(figureOf(used).median), ...cells(ratioOf(used, without), ratio)],
    ],
  }
}
