// What the server does for a request, step by step, and what it takes to install a context.
import { AsyncLocalStorage } from 'node:async_hooks'
import { decodeContext } from 'mcp-request-context'
import { contextTransport, getContext, installContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { type Context, contextOf, definitionOf, FIELDS, LIBRARIES, type Library } from './contexts.js'
import { FakeTransport, receivedCall, withMiddleware } from './fake-transport.js'
import { cells, differenceOf, medianOf, micros } from './figures.js'
import { atMost, type Section, type Target } from './report.js'
import { sideBySide, stepsSideBySide, type Times } from './rounds.js'
import { linkedPair, MAJORS, type Major, newServer } from './sdk.js'

/** The most microseconds above the schema's own parse, for a context of so many fields. */
const ADMISSION_LIMIT = 1
const USUAL = 5

/** The most microseconds for installing: some servers are built for each request. */
const INSTALLING_LIMIT = 10

export async function* serverStepSections(): AsyncGenerator<Section> {
  yield admissionSection()
  yield readingSection()
  yield await installingSection()
}

function admissionSection(): Section {
  const targets: Target[] = []
  const rows = LIBRARIES.flatMap((library) =>
    FIELDS.map((fields) => {
      const { parse, run, bare, without, decode, admitted } = admissionTimes(library, fields)
      const above = differenceOf(admitted, bare, parse)
      if (fields === USUAL) {
        const what = `Admitting a context of ${fields} fields, ${library}: above the schema's own parse`
        targets.push(atMost(what, ADMISSION_LIMIT, above, micros, ' µs'))
      }
      const aboveBare = (times: readonly number[]) => micros(differenceOf(times, bare).median)
      return [
        ...[`${library}, ${fields}`, medianOf(parse), aboveBare(run), aboveBare(without), medianOf(decode)],
        ...[aboveBare(admitted), ...cells(above, micros)],
      ]
    }),
  )
  return {
    title: 'Admitting a request on the server',
    table: [
      [
        ...['schema, fields', "floor: the schema's parse, µs", 'floor: AsyncLocalStorage.run, µs'],
        ...[
          'a scope without a context, µs',
          'decodeContext, µs',
          'admission, µs',
          'above the parse, µs',
          '95% interval',
        ],
      ],
      ...rows,
    ],
    remark:
      'Admission is the time of a message through the middleware to a receiver that does nothing, minus that of the receiver alone: checking the context and opening its scope.',
    targets,
  }
}

function admissionTimes(library: Library, fields: number) {
  const definition = definitionOf(library, fields)
  const message = receivedCall(definition, contextOf(fields))
  const noContext = receivedCall(definition)
  const context = contextIn(message, definition.key)
  const { validate } = definition.schema['~standard']
  const bareTransport = new FakeTransport()
  const guarded = withMiddleware(definition)
  const storage = new AsyncLocalStorage<object>()
  const extra = {}
  const measured = stepsSideBySide({
    parse: () => validate(context),
    run: () => storage.run(extra, bareTransport.onmessage, message, extra),
    bare: () => bareTransport.onmessage(message, extra),
    without: () => guarded.onmessage(noContext, extra),
    decode: () => decodeContext(definition, context),
    admitted: () => guarded.onmessage(message, extra),
  })
  // On Node 20 every promise passes on each storage that is in use.
  storage.disable()
  return measured
}

function contextIn(message: object, key: string): Context {
  return (message as { params: { _meta: Record<string, Context> } }).params._meta[key] as Context
}

function readingSection(): Section {
  const measured = FIELDS.map((fields) => [fields, readingTimes(fields)] as const)
  const row = (name: string, way: keyof ReturnType<typeof readingTimes>) => [
    name,
    ...measured.map(([, times]) => medianOf(times[way])),
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
  const message = receivedCall(definition, contextOf(fields))
  const extra = (message as { params: object }).params
  const storage = new AsyncLocalStorage<Map<object, object>>()
  let measured: Times<'floor' | 'get' | 'tryGet' | 'read'> | undefined
  const transport = withMiddleware(definition, () => {
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

async function installingSection(): Promise<Section> {
  const definition = definitionOf('zod', 5, 3)
  const install = (server: Server) => installContext(server, definition, { required: true })
  const rows: string[][] = []
  const targets: Target[] = []
  for (const major of MAJORS) {
    // One server a timing: the garbage of a batch would be collected while the next subject is timed.
    const effort = { rounds: 3000, millis: 0 }
    const built = stepsSideBySide({ alone: () => newServer(major), installed: () => install(newServer(major)) }, effort)
    const connected = await sideBySide(
      {
        alone: () => connect(major, newServer(major)),
        installed: () => connect(major, install(newServer(major))),
        transport: () => connect(major, newServer(major), (transport) => contextTransport(transport, definition)),
      },
      effort,
    )
    rows.push(
      installingRow(`SDK ${major}, building a server`, built.alone, built.installed),
      installingRow(`SDK ${major}, building and connecting`, connected.alone, connected.installed),
      installingRow(`SDK ${major}, the same with contextTransport`, connected.alone, connected.transport),
    )
    const installing = differenceOf(connected.installed, connected.alone)
    const what = `Installing on a server of SDK ${major}, and connecting it`
    targets.push(atMost(what, INSTALLING_LIMIT, installing, micros, ' µs'))
  }
  return {
    title: 'Installing a context',
    table: [['', 'alone, µs', 'with the context, µs', 'difference, µs', '95% interval'], ...rows],
    targets,
  }
}

function installingRow(name: string, alone: readonly number[], installed: readonly number[]): string[] {
  return [name, medianOf(alone), medianOf(installed), ...cells(differenceOf(installed, alone), micros)]
}

type Server = ReturnType<typeof newServer>

async function connect(
  major: Major,
  server: Server,
  wrap: (transport: never) => unknown = (transport) => transport,
): Promise<void> {
  const [, transport] = linkedPair(major)
  await server.connect(wrap(transport as never))
}
