// How a call grows with the fields of its context.
import { createContextClient } from 'mcp-request-context/client'
import { contextServer } from './context-server.js'
import { contextOf, definitionOf } from './contexts.js'
import { CARRIERS, type Carrier } from './host.js'
import { sideBySide } from './rounds.js'
import { checkAnswer, MAJORS, type Major, WHOAMI } from './sdk.js'
import { cells, type Section } from './section.js'
import { micros, ratioOf, spreadOf, times } from './spread.js'

const FIELDS = [1, 2, 5, 10, 20, 50]

const ROUNDS: Readonly<Record<Carrier, number>> = { 'in memory': 8000, 'over HTTP': 400 }

export async function* fieldSections(): AsyncGenerator<Section> {
  for (const carrier of Object.keys(CARRIERS) as Carrier[]) {
    for (const major of MAJORS) {
      const rows: string[][] = []
      for (const fields of FIELDS) rows.push(await callWith(carrier, major, fields))
      yield {
        title: `A call ${carrier} by the fields of its context, SDK ${major}.x`,
        table: [['fields', '`_meta` by hand, µs', 'a view, µs', 'ratio', 'quartiles'], ...rows],
      }
    }
  }
}

async function callWith(carrier: Carrier, major: Major, fields: number): Promise<string[]> {
  const definition = definitionOf('zod', fields)
  const context = contextOf(fields)
  const host = await CARRIERS[carrier](major, () => contextServer(major, definition))
  try {
    const client = await host.connect()
    const view = createContextClient(client, definition).withContext(context)
    const byHand = { ...WHOAMI, _meta: { [definition.key]: context } }
    await checkAnswer(() => client.callTool(byHand))
    await checkAnswer(() => view.callTool(WHOAMI))
    const measured = await sideBySide(
      { byHand: () => client.callTool(byHand), view: () => view.callTool(WHOAMI) },
      { rounds: ROUNDS[carrier], millis: 0 },
    )
    const medians = [spreadOf(measured.byHand), spreadOf(measured.view)].map(({ median }) => micros(median))
    return [`${fields}`, ...medians, ...cells(ratioOf(measured.view, measured.byHand), times)]
  } finally {
    await host.close()
  }
}
