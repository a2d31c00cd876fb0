// What bound fields cost: written to headers, read from them, compared with them, read in a handler, and passed on by it.
import { contextToHeaders, headersToContext } from 'mcp-request-context/http'
import { forwardHeaders, getHttpHeaders } from 'mcp-request-context/server'
import { contextOf, definitionOf, FIELDS } from './contexts.js'
import { receivedCall, withMiddleware } from './fake-transport.js'
import { differenceOf, figureOf, micros } from './figures.js'
import type { Section } from './report.js'
import { stepsSideBySide, type Times } from './rounds.js'

export async function* headerStepSections(): AsyncGenerator<Section> {
  const measured = FIELDS.map((fields) => ({ ...headerTimes(fields), ...handlerTimes(fields) }))
  type Measured = (typeof measured)[number]
  const row = (name: string, figure: (times: Measured) => { median: number }) => [
    name,
    ...measured.map((times) => micros(figure(times).median)),
  ]
  yield {
    title: 'Fields bound to headers',
    table: [
      ['', ...FIELDS.map((fields) => `${fields} bound, µs`)],
      row('floor: new Headers, and a set for each', ({ set }) => figureOf(set)),
      row('contextToHeaders', ({ encode }) => figureOf(encode)),
      row('floor: a get for each', ({ get }) => figureOf(get)),
      row('headersToContext', ({ decode }) => figureOf(decode)),
      row('comparing headers and context at admission, SDK 1', ({ plain, record }) => differenceOf(record, plain)),
      row('the same, SDK 2', ({ plain, fetched }) => differenceOf(fetched, plain)),
      row('floor: a copy of Headers that have them all', ({ copy }) => figureOf(copy)),
      row('getHttpHeaders, SDK 1', ({ fromRecord }) => figureOf(fromRecord)),
      row('getHttpHeaders, SDK 2', ({ fromHeaders }) => figureOf(fromHeaders)),
      row('getHttpHeaders without HTTP', ({ fromMeta }) => figureOf(fromMeta)),
      row('forwardHeaders of the bound ones, SDK 1', ({ forwardedRecord }) => figureOf(forwardedRecord)),
      row('forwardHeaders of the bound ones, SDK 2', ({ forwardedHeaders }) => figureOf(forwardedHeaders)),
    ],
  }
}

/** The headers of an HTTP request, as the transport of each SDK major hands them over with a message. */
function extrasOf(fields: number) {
  const definition = definitionOf('zod', fields, fields)
  const headers = contextToHeaders(definition, contextOf(fields))
  for (const [name, value] of Object.entries(USUAL)) headers.set(name, value)
  return {
    definition,
    headers,
    record: { requestInfo: { headers: Object.fromEntries(headers) } },
    fetched: { request: new Request('http://127.0.0.1/mcp', { headers }) },
  }
}

const USUAL = {
  host: '127.0.0.1',
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-11-25',
  'user-agent': 'node',
}

function headerTimes(fields: number) {
  const { definition, headers, record, fetched } = extrasOf(fields)
  const context = contextOf(fields)
  const message = receivedCall(definition, context)
  const transport = withMiddleware(definition)
  const names = definition.headers.map(({ lowerCaseName }) => lowerCaseName)
  const values = names.map((name) => [name, headers.get(name) ?? ''] as const)
  return stepsSideBySide({
    set: () => {
      const made = new Headers()
      for (const [name, value] of values) made.set(name, value)
      return made
    },
    encode: () => contextToHeaders(definition, context),
    get: () => names.map((name) => headers.get(name)),
    decode: () => headersToContext(definition, headers),
    plain: () => transport.onmessage(message, {}),
    record: () => transport.onmessage(message, record),
    fetched: () => transport.onmessage(message, fetched),
  })
}

type Way = 'copy' | 'fromRecord' | 'fromHeaders' | 'fromMeta' | 'forwardedRecord' | 'forwardedHeaders'

/** Each runs inside a handler, so they cannot run side by side. */
function handlerTimes(fields: number): Times<Way> {
  const { definition, headers, record, fetched } = extrasOf(fields)
  const message = receivedCall(definition, contextOf(fields))
  const names = definition.headers.map(({ name }) => name)
  const inHandler = (extra: object, read: () => Headers = getHttpHeaders): readonly number[] => {
    let measured: readonly number[] = []
    const transport = withMiddleware(definition, () => {
      measured = stepsSideBySide({ read }).read
    })
    transport.onmessage(message, extra)
    return measured
  }
  return {
    copy: stepsSideBySide({ copy: () => new Headers(headers) }).copy,
    fromRecord: inHandler(record),
    fromHeaders: inHandler(fetched),
    fromMeta: inHandler({}),
    forwardedRecord: inHandler(record, () => forwardHeaders(names)),
    forwardedHeaders: inHandler(fetched, () => forwardHeaders(names)),
  }
}
