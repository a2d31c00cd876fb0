// What the client does for a request, step by step, on a client that sends nothing.
import { encodeContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextOf, definitionOf, FIELDS, LIBRARIES, type Library } from './contexts.js'
import { cells, differenceOf, figureOf, medianOf, micros } from './figures.js'
import { atMost, type Section, type Target } from './report.js'
import { stepsSideBySide } from './rounds.js'

/** The most microseconds above the schema's own parse, for a context of so many fields. */
const LIMIT = 1
const USUAL = 5

const ANSWER = Promise.resolve()

/** The part of an SDK's client that every request passes. */
class Protocol {
  /** Kept, so that V8 cannot leave out making a message that nobody reads. */
  last: object | undefined

  request(message: object): Promise<unknown> {
    this.last = message
    return ANSWER
  }

  notification(message: object): Promise<unknown> {
    return this.request(message)
  }
}

/** A client that sends nothing. As in the SDKs, `callTool` is a method of a class above that of `request`. */
class IdleClient extends Protocol {
  callTool(params: object): Promise<unknown> {
    return this.request({ method: 'tools/call', params })
  }
}

export async function* clientStepSections(): AsyncGenerator<Section> {
  yield newViewSection()
  yield makingSection()
  yield attachingSection()
}

/** Reads one member, as a view does of the client that it stands for. */
const handler: ProxyHandler<IdleClient> = {
  get: (client, name) => (client as unknown as Record<PropertyKey, unknown>)[name],
}

function newViewSection(): Section {
  const columns = LIBRARIES.map((library) => {
    const definition = definitionOf(library, USUAL)
    const context = contextOf(USUAL)
    const client = new IdleClient()
    const contextClient = createContextClient(client, definition)
    const once = contextClient.withContext(context)
    const { validate } = definition.schema['~standard']
    const times = stepsSideBySide(
      {
        byHand: () => client.callTool({ name: 'whoami', arguments: {}, _meta: { [definition.key]: context } }),
        newView: () => contextClient.withContext(context).callTool({ name: 'whoami', arguments: {} }),
        view: () => once.callTool({ name: 'whoami', arguments: {} }),
        parse: () => validate(context),
        copy: () => ({ ...context }),
        proxy: () => new Proxy(client, handler).callTool,
      },
      { rounds: 200 },
    )
    const { byHand, newView, view, parse, copy, proxy } = times
    return [
      figureOf(byHand),
      figureOf(newView),
      differenceOf(newView, byHand),
      figureOf(parse),
      figureOf(copy),
      figureOf(proxy),
      differenceOf(newView, byHand, parse, copy, proxy),
      differenceOf(view, byHand),
    ]
  })
  const names = [
    'a call with `_meta` by hand',
    'a call by a view made for it',
    'the difference',
    "of which the schema's parse",
    'a copy of the fields',
    'a Proxy, and one method read through it',
    'the rest',
    'beside these: what a call by a view made once takes more',
  ]
  return {
    title: `A view made for the call, ${USUAL} fields, on a client that sends nothing`,
    table: [
      ['', ...LIBRARIES.flatMap((library) => [`${library}, µs`, '95% interval'])],
      ...names.map((name, row) => [name, ...columns.flatMap((column) => cells(column[row] as never, micros))]),
    ],
  }
}

function makingSection(): Section {
  const rows = FIELDS.map((fields) => {
    const client = createContextClient(new IdleClient(), definitionOf('zod', fields))
    const context = contextOf(fields)
    const view = client.withContext(context)
    const { copy, first, further } = stepsSideBySide({
      copy: () => ({ ...context }),
      first: () => client.withContext(context),
      further: () => view.withContext({ tenant: 'globex' }),
    })
    return [`${fields}`, medianOf(copy), medianOf(first), medianOf(further)]
  })
  const heads = ['fields', 'floor: a copy, µs', 'client.withContext(all), µs', 'view.withContext(one more), µs']
  return { title: 'Making a view', table: [heads, ...rows] }
}

function attachingSection(): Section {
  const targets: Target[] = []
  const rows = LIBRARIES.flatMap((library) =>
    FIELDS.map((fields) => {
      const { parse, stringify, encode, bare, view } = attachTimes(library, fields)
      const above = differenceOf(view, bare, parse)
      if (fields === USUAL) {
        const what = `Attaching a context of ${fields} fields, ${library}: above the schema's own parse`
        targets.push(atMost(what, LIMIT, above, micros, ' µs'))
      }
      return [
        `${library}, ${fields}`,
        ...[parse, stringify, encode].map(medianOf),
        micros(differenceOf(view, bare).median),
        ...cells(above, micros),
      ]
    }),
  )
  return {
    title: 'Attaching the context of a view to a request',
    table: [
      [
        ...['schema, fields', "floor: the schema's parse, µs", 'JSON.stringify, µs', 'encodeContext, µs'],
        ...['attaching, µs', 'above the parse, µs', '95% interval'],
      ],
      ...rows,
    ],
    remark:
      'Attaching is the time of `request` on a view minus that of `request` on its client, which sends nothing. A view parses its fields once, so it can take less than a parse.',
    targets,
  }
}

function attachTimes(library: Library, fields: number) {
  const definition = definitionOf(library, fields)
  const context = contextOf(fields)
  const client = new IdleClient()
  const oneView = createContextClient(client, definition).withContext(context)
  const { validate } = definition.schema['~standard']
  return stepsSideBySide({
    parse: () => validate(context),
    stringify: () => JSON.stringify(context),
    encode: () => encodeContext(definition, context),
    bare: () => client.request({ method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
    view: () => oneView.request({ method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
  })
}
