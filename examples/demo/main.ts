// One client and one session. Each call carries the token of its own user.
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createContextClient } from 'mcp-request-context/client'
import { type Call, failuresOf, type Run, summaryOf, wrongAnswers } from './check.js'
import { callContext } from './context.js'
import { type Answer, createServer, INFO, serveHttp } from './server.js'
import { createHeaderServer, HEADER, sharedHttpClient } from './shared-headers.js'

const TOKENS = Array.from({ length: 102 }, (_, index) => `TOKEN_${index + 1}`)

/** With this package: each call uses its own view. All views share the client and its connection. */
async function withContext(transport: Transport): Promise<Run> {
  const client = createContextClient(new Client(INFO), callContext)
  return run(client, transport, (token) => client.withContext({ token }))
}

/** Without it: each call first sets its token in the headers that all calls share. */
async function withSharedHeaders(url: URL): Promise<Run> {
  const http = sharedHttpClient()
  const client = new Client(INFO)
  return run(client, new StreamableHTTPClientTransport(url, { fetch: http.fetch }), (token) => {
    http.headers[HEADER] = token
    return client
  })
}

async function run(client: Client, transport: Transport, clientFor: (token: string) => Client): Promise<Run> {
  const whoami = async (token: string): Promise<Call> => {
    const { content } = await clientFor(token).callTool({ name: 'whoami' })
    const [{ text }] = content as [{ text: string }]
    return { sent: token, answer: JSON.parse(text) as Answer }
  }
  const [first = '', second = '', ...others] = TOKENS
  try {
    await client.connect(transport)
    return { inTurn: [await whoami(first), await whoami(second)], atOnce: await Promise.all(others.map(whoami)) }
  } finally {
    await client.close()
  }
}

function print(title: string, run: Run): void {
  const { session, handshakes, mostAtOnce } = summaryOf(run)
  const row = (sent: string, saw: string) => console.log(`  sent ${sent.padEnd(40)} server saw ${saw}`)
  console.log(`\n${title}: ${session}, handshakes: ${handshakes}`)
  for (const { sent, answer } of run.inTurn) row(sent, answer.token)
  const wrong = wrongAnswers(run.atOnce)
  const right = run.atOnce.length - wrong.length
  row(`TOKEN_3 to TOKEN_102, up to ${mostAtOnce} at once`, `${right} right, ${wrong.length} wrong`)
  if (wrong[0]) row(`${wrong[0].sent}, one of them`, wrong[0].answer.token)
}

async function overHttp(): Promise<Run> {
  const server = await serveHttp(createServer())
  return withContext(new StreamableHTTPClientTransport(server.url)).finally(server.close)
}

async function overStdio(): Promise<Run> {
  const file = fileURLToPath(new URL('server.ts', import.meta.url))
  return withContext(new StdioClientTransport({ command: process.execPath, args: ['--import', 'tsx', file, 'stdio'] }))
}

async function inMemory(): Promise<Run> {
  const [near, far] = InMemoryTransport.createLinkedPair()
  await createServer().connect(far)
  return withContext(near)
}

async function overSharedHeaders(): Promise<Run> {
  const server = await serveHttp(createHeaderServer())
  return withSharedHeaders(server.url).finally(server.close)
}

console.log('One client, one session, and a token for each call: client.withContext({ token }).callTool(...)')
console.log('The whoami tool answers with getContext(callContext).token.')
const failures: string[] = []
for (const [title, over] of Object.entries({ 'Streamable HTTP': overHttp, stdio: overStdio, 'In memory': inMemory })) {
  const result = await over()
  print(title, result)
  failures.push(...failuresOf(result).map((failure) => `${title}: ${failure}`))
}

console.log(`\nWithout this package: headers['${HEADER}'] = token, then client.callTool(...)`)
console.log('All calls share the headers of one HTTP client. The tool answers with the header that it received.')
print('Streamable HTTP', await overSharedHeaders())

console.log(
  failures.length === 0 ? '\nEvery call with a context saw its own token.' : `\nWrong:\n${failures.join('\n')}`,
)
process.exitCode = failures.length === 0 ? 0 : 1
