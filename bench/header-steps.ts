// What bound fields cost: mirrored into headers, read out of them, compared with them, and given to a handler.
import { contextToHeaders, headersToContext } from 'mcp-request-context/http'
import { getHttpHeaders } from 'mcp-request-context/server'
import { contextOf, definitionOf, FIELDS } from './contexts.js'
import { gated, received } from './fake-transport.js'
import { stepsSideBySide, type Times } from './rounds.js'
import type { Section } from './section.js'
import { differenceOf, micros, spreadOf } from './spread.js'

export async function* headerStepSections(): AsyncGenerator<Section> {
  const measured = FIELDS.map((fields) => ({ ...headerTimes(fields), ...handlerTimes(fields) }))
  type Measured = (typeof measured)[number]
  const row = (name: string, micros: (times: Measured) => { median: number }) => [
    name,
    ...measured.map((times) => show(micros(times).median)),
  ]
  yield {
    title: 'Fields bound to headers',
    table: [
      ['', ...FIELDS.map((fields) => `${fields} bound, µs`)],
      row('floor: new Headers, and a set for each', ({ set }) => spreadOf(set)),
      row('contextToHeaders', ({ encode }) => spreadOf(encode)),
      row('floor: a get for each', ({ get }) => spreadOf(get)),
      row('headersToContext', ({ decode }) => spreadOf(decode)),
      row('comparing headers and context at admission, SDK 1.x', ({ plain, record }) => differenceOf(record, plain)),
      row('the same, SDK 2.x', ({ plain, fetched }) => differenceOf(fetched, plain)),
      row('floor: a copy of Headers that have them all', ({ copy }) => spreadOf(copy)),
      row('getHttpHeaders, SDK 1.x', ({ fromRecord }) => spreadOf(fromRecord)),
      row('getHttpHeaders, SDK 2.x', ({ fromHeaders }) => spreadOf(fromHeaders)),
      row('getHttpHeaders without HTTP', ({ fromMeta }) => spreadOf(fromMeta)),
    ],
  }
}

const show = micros

/** The headers of an HTTP request, as the transport of each major tells them beside a message. */
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
  const message = received(definition, context)
  const guarded = gated(definition)
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
    plain: () => guarded.onmessage(message, {}),
    record: () => guarded.onmessage(message, record),
    fetched: () => guarded.onmessage(message, fetched),
  })
}

type Way = 'copy' | 'fromRecord' | 'fromHeaders' | 'fromMeta'

/** Below a handler each, so one after the other. */
function handlerTimes(fields: number): Times<Way> {
  const { definition, headers, record, fetched } = extrasOf(fields)
  const message = received(definition, contextOf(fields))
  const below = (extra: object): readonly number[] => {
    let measured: readonly number[] = []
    const transport = gated(definition, () => {
      measured = stepsSideBySide({ headers: () => getHttpHeaders() }).headers
    })
    transport.onmessage(message, extra)
    return measured
  }
  return {
    copy: stepsSideBySide({ copy: () => new Headers(headers) }).copy,
    fromRecord: below(record),
    fromHeaders: below(fetched),
    fromMeta: below({}),
  }
}
