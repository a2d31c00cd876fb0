// How cost grows with the number of views and with the number of fields.
import { createContextClient } from 'mcp-request-context/client'
import { contextOf, definitionOf } from './contexts.js'
import { cells, figureOf, medianOf, ratio, ratioOf, whole } from './figures.js'
import { makeMany } from './heap.js'
import { contextServer, HOSTS } from './hosts.js'
import { atMost, type Section, type Target } from './report.js'
import { sideBySide } from './rounds.js'
import { checkAnswer, MAJORS, WHOAMI } from './sdk.js'

const VIEWS = [1, 100, 10_000, 100_000]
const FIELDS = [1, 5, 20, 50]
const USUAL = 5

/** The most bytes that a view may keep, not counting the strings in its fields. */
const MOST_BYTES = 500

export async function* growthSections(): AsyncGenerator<Section> {
  yield await viewsSection()
  yield await bytesSection()
  yield await fieldsSection()
}

async function viewsSection(): Promise<Section> {
  const definition = definitionOf('zod', USUAL)
  const host = await HOSTS['in memory'](1, () => contextServer(1, definition))
  try {
    const client = createContextClient(await host.connect(), definition)
    const only = client.withContext(contextOf(USUAL))
    await checkAnswer(() => only.callTool(WHOAMI))
    const rows: string[][] = []
    for (const count of VIEWS) {
      const views = Array.from({ length: count }, (_, index) => client.withContext(contextOf(USUAL, `${index}`)))
      let turn = 0
      const times = await sideBySide(
        { one: () => only.callTool(WHOAMI), each: () => views[turn++ % count]?.callTool(WHOAMI) },
        { rounds: 10_000, millis: 0 },
      )
      rows.push([whole(count), medianOf(times.each), ...cells(ratioOf(times.each, times.one), ratio)])
    }
    return {
      title: `Many views, ${USUAL} fields each, SDK 1 in memory`,
      table: [['views', 'a call by each in turn, µs', 'over calls by one view', '95% interval'], ...rows],
    }
  } finally {
    await host.close()
  }
}

async function bytesSection(): Promise<Section> {
  const rows: string[][] = []
  const targets: Target[] = []
  const nowhere = { request: async () => {}, notification: async () => {} }
  for (const fields of FIELDS) {
    const client = createContextClient(nowhere, definitionOf('zod', fields))
    const context = contextOf(fields)
    const copies = await makeMany(100_000, () => ({ ...context }))
    const views = await makeMany(100_000, () => client.withContext(context))
    rows.push([`${fields}`, whole(copies.bytesEach), whole(views.bytesEach)])
    if (fields !== USUAL) continue
    targets.push(atMost(`A view of ${fields} fields`, MOST_BYTES, figureOf([views.bytesEach]), whole, ' bytes'))
  }
  return {
    title: 'The bytes of a view, by its fields',
    table: [['fields', 'floor: a copy of the fields', 'a view'], ...rows],
    remark: 'Of 100,000 each. The strings in the fields do not count.',
    targets,
  }
}

async function fieldsSection(): Promise<Section> {
  const rows: string[][] = []
  for (const major of MAJORS) {
    for (const fields of FIELDS) {
      const definition = definitionOf('zod', fields)
      const context = contextOf(fields)
      const host = await HOSTS['in memory'](major, () => contextServer(major, definition))
      const client = await host.connect()
      const contextClient = createContextClient(client, definition)
      // Params are literals, as calls are written. With spread ones, `{ ...params }`, the ratio is lower by about 0.07.
      const byHand = () => client.callTool({ name: 'whoami', arguments: {}, _meta: { [definition.key]: context } })
      const newView = () => contextClient.withContext(context).callTool({ name: 'whoami', arguments: {} })
      await checkAnswer(byHand)
      await checkAnswer(newView)
      const times = await sideBySide({ byHand, newView }, { rounds: 8000, millis: 0 })
      await host.close()
      const medians = [medianOf(times.byHand), medianOf(times.newView)]
      rows.push([`SDK ${major}, ${fields}`, ...medians, ...cells(ratioOf(times.newView, times.byHand), ratio)])
    }
  }
  return {
    title: 'A call in memory, by the fields of its context',
    table: [['fields', '`_meta` by hand, µs', 'a view made for the call, µs', 'ratio', '95% interval'], ...rows],
  }
}
