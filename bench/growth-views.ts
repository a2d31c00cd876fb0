// What many views cost, in memory and in time, from one alive to a hundred thousand.
import { createContextClient } from 'mcp-request-context/client'
import { contextServer } from './context-server.js'
import { contextOf, definitionOf, FIELDS } from './contexts.js'
import { makeMany } from './heap.js'
import { CARRIERS } from './host.js'
import { sideBySide } from './rounds.js'
import { checkAnswer, WHOAMI } from './sdk.js'
import { cells, type Section } from './section.js'
import { micros, ratioOf, spreadOf, times, whole } from './spread.js'
import { atMost } from './target.js'

const ALIVE = [1, 100, 10_000, 100_000]
const USUAL = 5

/** Bytes of a view that nobody uses at the moment, beside the strings that are its fields. */
const MOST_BYTES = 500

export async function* viewSections(): AsyncGenerator<Section> {
  yield await views()
  yield await bytesByFields()
}

async function views(): Promise<Section> {
  const definition = definitionOf('zod', USUAL)
  const host = await CARRIERS['in memory'](1, () => contextServer(1, definition))
  try {
    const client = createContextClient(await host.connect(), definition)
    const only = client.withContext(contextOf(USUAL))
    await checkAnswer(() => only.callTool(WHOAMI))
    const rows: string[][] = []
    let bytes: number[] = []
    for (const alive of ALIVE) {
      const contexts = Array.from({ length: alive }, (_, index) => contextOf(USUAL, `${index}`))
      const {
        made,
        bytesEach,
        micros: making,
      } = await makeMany(alive, (index) => client.withContext(contexts[index] ?? {}))
      let turn = 0
      const measured = await sideBySide(
        { one: () => only.callTool(WHOAMI), each: () => made[turn++ % alive]?.callTool(WHOAMI) },
        { rounds: 10_000, millis: 0 },
      )
      bytes = [bytesEach]
      rows.push([
        whole(alive),
        alive < 10_000 ? '' : whole(bytesEach),
        alive < 10_000 ? '' : micros(making),
        micros(spreadOf(measured.each).median),
        ...cells(ratioOf(measured.each, measured.one), times),
      ])
    }
    return {
      title: 'Views alive at once, five fields each, SDK 1.x in memory',
      table: [
        ['views', 'bytes each', 'making one, µs', 'a call by each in turn, µs', 'to calls by one view', 'quartiles'],
        ...rows,
      ],
      remark: 'The bytes are without the strings of the fields, which are the users’.',
      targets: [
        atMost(
          `An idle view of ${USUAL} fields, of ${whole(ALIVE.at(-1) ?? 0)}`,
          MOST_BYTES,
          spreadOf(bytes),
          whole,
          ' bytes',
        ),
      ],
    }
  } finally {
    await host.close()
  }
}

async function bytesByFields(): Promise<Section> {
  const rows: string[][] = []
  for (const fields of FIELDS) {
    const nowhere = { request: async () => {}, notification: async () => {} }
    const client = createContextClient(nowhere, definitionOf('zod', fields))
    const context = contextOf(fields)
    const copies = await makeMany(10_000, () => ({ ...context }))
    const made = await makeMany(10_000, () => client.withContext(context))
    rows.push([`${fields}`, whole(copies.bytesEach), whole(made.bytesEach)])
  }
  return {
    title: 'Bytes of a view by its fields',
    table: [['fields', 'floor: a copy of the fields', 'a view'], ...rows],
  }
}
