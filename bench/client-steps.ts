// What the client does for a request, step by step, each beside its floor.
import { encodeContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextOf, definitionOf, FIELDS, LIBRARIES, type Library } from './contexts.js'
import { stepsSideBySide } from './rounds.js'
import type { Section } from './section.js'
import { differenceOf, micros, quartiles, spreadOf } from './spread.js'
import { atMost, type Target } from './target.js'

/** Microseconds above the schema's own parse, for a context of so many fields. */
const MOST = 1
const USUAL = 5

/** A client whose requests go nowhere. */
const nowhere = {
  sent: 0,
  request(_message: object): Promise<unknown> {
    this.sent++
    return ANSWER
  },
  notification: () => ANSWER,
}
const ANSWER = Promise.resolve()

export async function* clientStepSections(): AsyncGenerator<Section> {
  yield making()
  yield attaching()
}

function making(): Section {
  const rows = FIELDS.map((fields) => {
    const client = createContextClient(nowhere, definitionOf('zod', fields))
    const context = contextOf(fields)
    const view = client.withContext(context)
    const measured = stepsSideBySide({
      copy: () => ({ ...context }),
      first: () => client.withContext(context),
      further: () => view.withContext({ tenant: 'globex' }),
    })
    const { copy, first, further } = measured
    return [`${fields}`, ...[copy, first, further].map((own) => micros(spreadOf(own).median))]
  })
  const heads = ['fields', 'floor: a copy, µs', 'client.withContext(all), µs', 'view.withContext(one more), µs']
  return { title: 'Making a view', table: [heads, ...rows] }
}

function attaching(): Section {
  const targets: Target[] = []
  const rows = LIBRARIES.flatMap((library) =>
    FIELDS.map((fields) => {
      const { parse, stringify, encode, bare, view } = attachTimes(library, fields)
      const above = differenceOf(view, bare, parse)
      if (fields === USUAL) {
        const what = `Attaching a context of ${fields} fields, ${library}: above the schema's own parse`
        targets.push(atMost(what, MOST, above, micros, ' µs'))
      }
      const medians = [spreadOf(parse), spreadOf(stringify), spreadOf(encode), differenceOf(view, bare), above]
      return [`${library}, ${fields}`, ...medians.map(({ median }) => micros(median)), quartiles(above, micros)]
    }),
  )
  return {
    title: 'Attaching a context to a request',
    table: [
      [
        'schema, fields',
        "floor: the schema's parse, µs",
        'JSON.stringify, µs',
        'encodeContext, µs',
        'attaching, µs',
        'above the parse, µs',
        'quartiles',
      ],
      ...rows,
    ],
    remark:
      'Attaching is what `request` of a view takes over a client whose own `request` does nothing, without what that takes by itself.',
    targets,
  }
}

function attachTimes(library: Library, fields: number) {
  const definition = definitionOf(library, fields)
  const context = contextOf(fields)
  const view = createContextClient(nowhere, definition).withContext(context)
  const { validate } = definition.schema['~standard']
  return stepsSideBySide({
    parse: () => validate(context),
    stringify: () => JSON.stringify(context),
    encode: () => encodeContext(definition, context),
    bare: () => nowhere.request({ method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
    view: () => view.request({ method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
  })
}
