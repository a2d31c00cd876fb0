// A real client and a real server, with everything recorded that either of them lets out.
import { connectPair } from 'mcp-request-context/testing'
import { onTestFinished, vi } from 'vitest'
import { httpTransport, serveHandler, serveStateful } from '../support/http.js'
import { type Major, MODERN, newClient, newServer, type TestClient, type TestServer } from '../support/sdk.js'

/** What to call it, the SDK's major, and how the two are connected. */
export type Way = readonly [name: string, major: Major, way: 'memory' | 'http' | 'modern']

export const WAYS: Way[] = [
  ['SDK 1 in memory', 1, 'memory'],
  ['SDK 2 in memory', 2, 'memory'],
  ['SDK 1 over HTTP', 1, 'http'],
  ['SDK 2 over HTTP', 2, 'http'],
  ['SDK 2 over HTTP, 2026-07-28', 2, 'modern'],
]

export interface Wiretap {
  readonly client: TestClient
  /** What came out so far, by where. */
  emitted(): Record<string, unknown>
  /** Keeps what a call came to as well: the error that it rejects with, or its result. */
  keep(call: Promise<unknown>): Promise<unknown>
  /** The headers that come with what the client sends from now on. */
  headers: Record<string, string>
}

/** Connects a client to a server that `install` prepares, until the test is over. */
export async function tap([, major, way]: Way, install: (server: TestServer) => void): Promise<Wiretap> {
  const emitted: Record<string, unknown> = {}
  let count = 0
  const keep = (where: string) => (value: unknown) => {
    emitted[`${where} ${++count}`] = value
    return value
  }
  const restore = tapConsole(keep)
  onTestFinished(restore)
  const makeServer = () => {
    const server = newServer(major)
    server.server.onerror = keep("the server's onerror")
    install(server)
    return server
  }
  const client = newClient(major, way === 'modern' ? MODERN : {})
  client.onerror = keep("the client's onerror")
  const tapped: Wiretap = {
    client,
    headers: {},
    emitted: () => ({ ...emitted }),
    keep: (call) => call.then(keep('a result'), keep('an error')),
  }
  if (way === 'memory') {
    const pair = await connectPair(makeServer(), client, { headers: () => tapped.headers })
    onTestFinished(() => pair.close())
    tapped.emitted = () => ({ ...emitted, 'what the server sent': JSON.stringify(pair.sent.server) })
    return tapped
  }
  const url = await (way === 'modern' ? serveHandler(makeServer) : serveStateful(major, makeServer))
  const fetch = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), ...tapped.headers }
    const response = await globalThis.fetch(input, { ...init, headers })
    keep('a response')({ status: response.status, headers: [...response.headers] })
    // The standing stream has no end to wait for.
    if (init?.method === 'POST') keep('a body')(await response.clone().text())
    return response
  }
  await client.connect(httpTransport(major, url, { fetch }))
  onTestFinished(() => client.close())
  return tapped
}

const METHODS = ['debug', 'log', 'info', 'warn', 'error', 'trace', 'dir'] as const

function tapConsole(keep: (where: string) => (value: unknown) => unknown): () => void {
  const spies = METHODS.map((method) =>
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void keep(`console.${method}`)(args)),
  )
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text: unknown) => Boolean(keep('a stream')(String(text)))),
  )
  const warning = keep('a warning')
  process.on('warning', warning)
  return () => {
    for (const spy of [...spies, ...streams]) spy.mockRestore()
    process.off('warning', warning)
  }
}
