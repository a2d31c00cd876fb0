// What a million calls leave in memory, beside a million calls of the bare SDK.
import { createContextClient } from 'mcp-request-context/client'
import { contextServer } from './context-server.js'
import { contextOf, definitionOf } from './contexts.js'
import { heapInUse } from './heap.js'
import { CARRIERS } from './host.js'
import { checkAnswer, MAJORS, type Major, newServer, WHOAMI } from './sdk.js'
import type { Section } from './section.js'
import { spreadOf, whole } from './spread.js'
import { atMost } from './target.js'

const CALLS = 1_000_000
const STEP = 100_000
const AT_ONCE = 50

/** Bytes for each call, above what the bare SDK keeps: less than the smallest object that could stay. */
const MOST_BYTES = 1

export async function* millionCallSections(): AsyncGenerator<Section> {
  for (const major of MAJORS) yield await millionCalls(major)
}

async function millionCalls(major: Major): Promise<Section> {
  const definition = definitionOf('zod', 5)
  const withContext = await CARRIERS['in memory'](major, () => contextServer(major, definition))
  const without = await CARRIERS['in memory'](major, () => newServer(major))
  try {
    const bare = await without.connect()
    const client = createContextClient(await withContext.connect(), definition)
    const users = Array.from({ length: 100 }, (_, index) => contextOf(5, `${index}`))
    const byView = (turn: number) => client.withContext(users[turn % users.length] ?? {}).callTool(WHOAMI)
    const byClient = () => bare.callTool(WHOAMI)
    await checkAnswer(() => byView(0), 'acme0')
    await checkAnswer(byClient)
    await grownBy(STEP / 10, byView)
    await grownBy(STEP / 10, byClient)
    const rows: string[][] = []
    const more: number[] = []
    let [views, clients] = [0, 0]
    // In turn, so that what the process itself needs meanwhile falls on both.
    for (let calls = STEP; calls <= CALLS; calls += STEP) {
      const byViews = await grownBy(STEP, byView)
      const byClients = await grownBy(STEP, byClient)
      more.push((byViews - byClients) / STEP)
      views += byViews
      clients += byClients
      if ((calls / STEP) % 2 === 0) rows.push([whole(calls), whole(views / 1024), whole(clients / 1024)])
    }
    const what = `A million calls in memory, SDK ${major}.x: what each leaves above one of the bare SDK, by steps of ${whole(STEP)}`
    return {
      title: `A million calls in memory, SDK ${major}.x, a view for each`,
      table: [['calls', 'heap grown by views, kB', 'by the bare SDK, kB'], ...rows],
      targets: [atMost(what, MOST_BYTES, spreadOf(more), (bytes) => bytes.toFixed(2), ' bytes')],
    }
  } finally {
    await withContext.close()
    await without.close()
  }
}

/** Makes so many calls, and tells by how many bytes the heap has grown. */
async function grownBy(calls: number, call: (turn: number) => Promise<unknown>): Promise<number> {
  const before = await heapInUse()
  for (let done = 0; done < calls; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, turn) => call(done + turn)))
  }
  return (await heapInUse()) - before
}
