// What contextFetch adds to a request: beside its floor, and beside the whole HTTP call that it is a part of.
import { randomUUID } from 'node:crypto'
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { installContext } from 'mcp-request-context/server'
import { z } from 'zod'
import { CARRIERS, fetchWithoutSignal } from './host.js'
import { sideBySide, type Times } from './rounds.js'
import { newServer } from './sdk.js'
import { cells, type Section } from './section.js'
import { micros, ratioOf, spreadOf, times } from './spread.js'

const requestContext = defineContext({
  schema: z.object({ tenant: z.string(), retries: z.int(), dryRun: z.boolean(), user: z.string(), token: z.string() }),
  headers: {
    tenant: 'X-Tenant-Id',
    retries: { name: 'X-Retries', type: 'integer' },
    dryRun: { name: 'X-Dry-Run', type: 'boolean' },
  },
  sensitive: ['token'],
})

const CONTEXT = { tenant: 'acme', retries: 3, dryRun: true, user: 'jane', token: 'abcdefgh'.repeat(4) }

/** With these a call is 1 kB, as an SDK sends it. */
const ARGUMENTS = {
  query: 'the orders of the last quarter that are not paid',
  order: ['total', 'date', 'customer'],
  filters: [0, 1, 2, 3, 4].map((index) => ({ field: `field${index}`, operator: 'greater-than', value: index * 37 })),
  note: 'lorem ipsum dolor sit amet '.repeat(12),
}

function bodyWith(_meta: object): string {
  const params = { name: 'whoami', arguments: ARGUMENTS, _meta }
  return JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params })
}

export async function* contextFetchSections(): AsyncGenerator<Section> {
  const alone = await besideItsFloor()
  yield alone.section
  yield await withoutTheKey()
  yield await besideTheCall(alone.floor)
}

/** A row for each subject; ratios are to the first. */
function tableOf(measured: Times): string[][] {
  const [first = []] = Object.values(measured)
  const rows = Object.entries(measured).map(([name, own]) => [
    name,
    micros(spreadOf(own).median),
    ...cells(ratioOf(own, first), times),
  ])
  return [['', 'µs', 'ratio', 'quartiles'], ...rows]
}

async function besideItsFloor() {
  const body = bodyWith({ [requestContext.key]: CONTEXT })
  const { send, init } = requestOf(body)
  const mirroring = contextFetch(requestContext, send)
  const measured = await sideBySide({
    'floor: JSON.parse of the body, a copy of its Headers, fetch': () => {
      JSON.parse(body)
      return send('', { ...init, headers: new Headers(init.headers) })
    },
    contextFetch: () => mirroring('http://127.0.0.1/mcp', init),
  })
  const title = `contextFetch, a body of ${body.length} bytes, three bound fields, a fetch that sends nothing`
  return { section: { title, table: tableOf(measured) }, floor: spreadOf(measured.contextFetch).median }
}

async function withoutTheKey(): Promise<Section> {
  const body = bodyWith({ progressToken: 7 })
  const { send, init } = requestOf(body)
  const mirroring = contextFetch(requestContext, send)
  const measured = await sideBySide({
    'JSON.parse of the body, fetch': () => {
      JSON.parse(body)
      return send('', init)
    },
    'contextFetch, which does not parse it': () => mirroring('http://127.0.0.1/mcp', init),
    fetch: () => send('', init),
  })
  return { title: `contextFetch, a body of ${body.length} bytes without a context`, table: tableOf(measured) }
}

function requestOf(body: string) {
  const answer = Promise.resolve(new Response('{}'))
  const send = async (_url: string | URL, _init?: RequestInit) => answer
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': randomUUID(),
    'mcp-protocol-version': '2025-11-25',
  })
  return { send, init: { method: 'POST', headers, body } }
}

/** @param alone the microseconds that contextFetch takes by itself */
async function besideTheCall(alone: number): Promise<Section> {
  const host = await CARRIERS['over HTTP'](2, () => installContext(newServer(2), requestContext))
  try {
    // One session and one client: the two differ in the fetch alone.
    let sending: typeof fetch = fetchWithoutSignal
    const client = await host.connect({ fetch: (input, init) => sending(input, init) })
    const view = createContextClient(client, requestContext).withContext(CONTEXT)
    const mirroring = contextFetch(requestContext, fetchWithoutSignal)
    const callBy = (by: typeof fetch) => () => {
      sending = by
      return view.callTool({ name: 'whoami', arguments: ARGUMENTS })
    }
    const measured = await sideBySide(
      { 'a call of SDK 2.x over HTTP, by fetch': callBy(fetchWithoutSignal), 'by contextFetch': callBy(mirroring) },
      // Call by call, so that nothing that comes with time falls on one of the two.
      { rounds: 4000, millis: 0 },
    )
    const [whole = []] = Object.values(measured)
    const share = ((alone / spreadOf(whole).median) * 100).toFixed(2)
    return {
      title: 'contextFetch in a whole HTTP call on loopback',
      table: tableOf(measured),
      remark: `contextFetch by itself is ${share}% of the call; three headers more are sent, received and compared.`,
    }
  } finally {
    await host.close()
  }
}
