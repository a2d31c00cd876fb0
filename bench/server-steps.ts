// What the server does for a request, step by step, each beside its floor.
import { AsyncLocalStorage } from 'node:async_hooks'
import { decodeContext } from 'mcp-request-context'
import { getContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { type Context, contextOf, definitionOf, FIELDS, LIBRARIES, type Library } from './contexts.js'
import { FakeTransport, gated, received } from './fake-transport.js'
import { stepsSideBySide, type Times } from './rounds.js'
import type { Section } from './section.js'
import { differenceOf, micros, quartiles, spreadOf } from './spread.js'
import { atMost, type Target } from './target.js'

/** Microseconds above the schema's own parse, for a context of so many fields. */
const MOST = 1
const USUAL = 5

export async function* serverStepSections(): AsyncGenerator<Section> {
  yield admission()
  yield reading()
}

function admission(): Section {
  const targets: Target[] = []
  const rows = LIBRARIES.flatMap((library) =>
    FIELDS.map((fields) => {
      const { parse, run, bare, without, decode, admitted } = admissionTimes(library, fields)
      const above = differenceOf(admitted, bare, parse)
      if (fields === USUAL) {
        const what = `Admitting a context of ${fields} fields, ${library}: above the schema's own parse`
        targets.push(atMost(what, MOST, above, micros, ' µs'))
      }
      const steps = [differenceOf(without, bare), spreadOf(decode), differenceOf(admitted, bare), above]
      const medians = [spreadOf(parse), differenceOf(run, bare), ...steps]
      return [`${library}, ${fields}`, ...medians.map(({ median }) => micros(median)), quartiles(above, micros)]
    }),
  )
  return {
    title: 'Admitting a request on the server',
    table: [
      [
        'schema, fields',
        "floor: the schema's parse, µs",
        'floor: AsyncLocalStorage.run, µs',
        'a scope without a context, µs',
        'decodeContext, µs',
        'admission, µs',
        'above the parse, µs',
        'quartiles',
      ],
      ...rows,
    ],
    remark:
      'Admission is what a message takes through the middleware of a transport to a receiver that does nothing, without what that takes by itself: checking the context and opening its scope.',
    targets,
  }
}

function admissionTimes(library: Library, fields: number) {
  const definition = definitionOf(library, fields)
  const message = received(definition, contextOf(fields))
  const noContext = received(definition)
  const context = contextIn(message, definition.key)
  const { validate } = definition.schema['~standard']
  const open = new FakeTransport()
  const guarded = gated(definition)
  const storage = new AsyncLocalStorage<object>()
  const extra = {}
  const measured = stepsSideBySide({
    parse: () => validate(context),
    run: () => storage.run(extra, open.onmessage, message, extra),
    bare: () => open.onmessage(message, extra),
    without: () => guarded.onmessage(noContext, extra),
    decode: () => decodeContext(definition, context),
    admitted: () => guarded.onmessage(message, extra),
  })
  // On Node 20 each storage that is in use is one more that every promise carries on.
  storage.disable()
  return measured
}

function contextIn(message: object, key: string): Context {
  return (message as { params: { _meta: Record<string, Context> } }).params._meta[key] as Context
}

function reading(): Section {
  const measured = FIELDS.map((fields) => [fields, readingTimes(fields)] as const)
  const row = (name: string, way: keyof ReturnType<typeof readingTimes>) => [
    name,
    ...measured.map(([, times]) => micros(spreadOf(times[way]).median)),
  ]
  return {
    title: 'Reading the context in a handler',
    table: [
      ['', ...FIELDS.map((fields) => `${fields} fields, µs`)],
      row('floor: AsyncLocalStorage.getStore and a Map', 'floor'),
      row('getContext', 'get'),
      row('tryGetContext', 'tryGet'),
      row('readContext', 'read'),
    ],
  }
}

function readingTimes(fields: number) {
  const definition = definitionOf('zod', fields)
  const message = received(definition, contextOf(fields))
  const extra = (message as { params: object }).params
  const storage = new AsyncLocalStorage<Map<object, object>>()
  let measured: Times<'floor' | 'get' | 'tryGet' | 'read'> | undefined
  const transport = gated(definition, () => {
    measured = storage.run(new Map([[definition, extra]]), () =>
      stepsSideBySide({
        floor: () => storage.getStore()?.get(definition),
        get: () => getContext(definition),
        tryGet: () => tryGetContext(definition),
        read: () => readContext(definition, extra),
      }),
    )
  })
  transport.onmessage(message)
  storage.disable()
  if (measured === undefined) throw new Error('the handler did not run')
  return measured
}
