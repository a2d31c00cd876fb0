// A server for the suite's server scenarios: `server.ts 1|2 without|installed|carried`. It prints its URL; once its
// standard input ends, it prints what it counted, and ends.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { installContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { type Mode, suiteContext } from './context.js'
import { CAPABILITIES, registerEverything } from './everything.js'
import { kitOf, type Major, newServer, newTransport, type SuiteTransport } from './server-kit.js'

const major = Number(process.argv[2]) as Major
const mode = process.argv[3] as Mode

const LOCAL = ['127.0.0.1', 'localhost', '[::1]']
const sessions = new Map<string, SuiteTransport>()

export interface ServerCounts {
  /** Requests that were given a context on their way in. */
  carried: number
  /** Handlers that ran. */
  handled: number
  /** Handlers that had the context of their request. */
  read: number
}

const counts: ServerCounts = { carried: 0, handled: 0, read: 0 }

async function newSession(): Promise<SuiteTransport> {
  const server = newServer(major, CAPABILITIES)
  if (mode !== 'without') installContext(server, suiteContext, { required: mode === 'carried' })
  registerEverything(
    kitOf(major, server, (extra) => {
      counts.handled += 1
      const context = tryGetContext(suiteContext)
      if (context !== undefined && context === readContext(suiteContext, extra)) counts.read += 1
    }),
  )
  const transport = newTransport(major, (id) => {
    sessions.set(id, transport)
  })
  await server.connect(transport)
  return transport
}

interface Message {
  id?: unknown
  method?: string
  params?: { _meta?: object }
}

/** A request as a client with a view would have sent it: the suite's own client knows no context. */
function withContext(message: Message): Message {
  if (message.method === undefined || message.method === 'initialize') return message
  if (message.id !== undefined) counts.carried += 1
  const _meta = { ...message.params?._meta, [suiteContext.key]: { tenant: `tenant-${counts.carried}` } }
  return { ...message, params: { ...message.params, _meta } }
}

async function bodyOf(request: IncomingMessage): Promise<Message | undefined> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? undefined : JSON.parse(text)
}

function isLocal({ headers: { host, origin } }: IncomingMessage): boolean {
  const names = [`http://${host}`, origin ?? `http://${host}`].map((url) => new URL(url).hostname)
  return names.every((name) => LOCAL.includes(name))
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }))
}

const http = createServer(async (request, response) => {
  if (!isLocal(request)) return refuse(response, 403, 'Host or Origin is not this machine')
  const body = await bodyOf(request)
  const id = request.headers['mcp-session-id']
  if (id === undefined && body?.method !== 'initialize') return refuse(response, 400, 'There is no session id')
  const session = id === undefined ? await newSession() : sessions.get(String(id))
  if (session === undefined) return refuse(response, 404, 'There is no such session')
  await session.handleRequest(request, response, mode === 'carried' && body !== undefined ? withContext(body) : body)
})

http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp\n`)
})

process.stdin.resume().on('end', () => {
  process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit())
})
