// What contextFetch adds to a request: alone, and as a part of a whole HTTP call.
import { randomUUID } from 'node:crypto'
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { installContext } from 'mcp-request-context/server'
import { z } from 'zod'
import { cells, medianOf, ratio, ratioOf } from './figures.js'
import { fetchWithoutSignal, HOSTS } from './hosts.js'
import type { Section } from './report.js'
import { sideBySide, type Times } from './rounds.js'
import { newServer } from './sdk.js'

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

/** Makes the body of a call 1 kB long. */
const ARGUMENTS = {
  query: 'the orders of the last quarter that are not paid',
  order: ['total', 'date', 'customer'],
  filters: [0, 1, 2, 3, 4].map((index) => ({ field: `field${index}`, operator: 'greater-than', value: index * 37 })),
  note: 'lorem ipsum dolor sit amet '.repeat(12),
}

export async function* contextFetchSections(): AsyncGenerator<Section> {
  yield await aloneSection()
  yield await noContextSection()
  yield await callSection()
}

/** A row for each subject. Ratios are to the first. */
function tableOf(times: Times): string[][] {
  const [first = []] = Object.values(times)
  const rows = Object.entries(times).map(([name, own]) => [name, medianOf(own), ...cells(ratioOf(own, first), ratio)])
  return [['', 'µs', 'ratio', '95% interval'], ...rows]
}

async function aloneSection(): Promise<Section> {
  const { body, send, init } = requestWith({ [requestContext.key]: CONTEXT })
  const mirroring = contextFetch(requestContext, send)
  const times = await sideBySide({
    'floor: JSON.parse of the body, a copy of its Headers, fetch': () => {
      JSON.parse(body)
      return send('', { ...init, headers: new Headers(init.headers) })
    },
    contextFetch: () => mirroring('http://127.0.0.1/mcp', init),
  })
  const title = `contextFetch, a body of ${body.length} bytes, three bound fields, a fetch that sends nothing`
  return { title, table: tableOf(times) }
}

async function noContextSection(): Promise<Section> {
  const { body, send, init } = requestWith({ progressToken: 7 })
  const mirroring = contextFetch(requestContext, send)
  const times = await sideBySide({
    'JSON.parse of the body, fetch': () => {
      JSON.parse(body)
      return send('', init)
    },
    'contextFetch, which does not parse the body': () => mirroring('http://127.0.0.1/mcp', init),
    fetch: () => send('', init),
  })
  return { title: `contextFetch, a body of ${body.length} bytes without a context`, table: tableOf(times) }
}

/** A call as an SDK sends it, and a fetch that sends nothing. */
function requestWith(_meta: object) {
  const params = { name: 'whoami', arguments: ARGUMENTS, _meta }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params })
  const answer = Promise.resolve(new Response('{}'))
  const send = async (_url: string | URL, _init?: RequestInit) => answer
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': randomUUID(),
    'mcp-protocol-version': '2025-11-25',
  })
  return { body, send, init: { method: 'POST', headers, body } }
}

async function callSection(): Promise<Section> {
  const host = await HOSTS['over HTTP'](2, () => installContext(newServer(2), requestContext))
  try {
    // Both subjects use one client and one session. Only the fetch differs.
    let sending: typeof fetch = fetchWithoutSignal
    const client = await host.connect({ fetch: (input, init) => sending(input, init) })
    const view = createContextClient(client, requestContext).withContext(CONTEXT)
    const callBy = (by: typeof fetch) => () => {
      sending = by
      return view.callTool({ name: 'whoami', arguments: ARGUMENTS })
    }
    const times = await sideBySide(
      {
        'a call of SDK 2 over HTTP, by fetch': callBy(fetchWithoutSignal),
        'by contextFetch': callBy(contextFetch(requestContext, fetchWithoutSignal)),
      },
      { rounds: 4000, millis: 0 },
    )
    return {
      title: 'contextFetch in a whole HTTP call on the loopback interface',
      table: tableOf(times),
      remark: 'With contextFetch, three more headers are sent, received and compared.',
    }
  } finally {
    await host.close()
  }
}
