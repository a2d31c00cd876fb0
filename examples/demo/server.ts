import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { CallToolResult, Implementation } from '@modelcontextprotocol/sdk/types.js'
import { getContext, installContext } from 'mcp-request-context/server'
import { callContext } from './context.js'

export const INFO: Implementation = { name: 'demo', version: '1.0.0' }

/** The answer of `whoami`: the token that it saw, and the state of the server. */
export interface Answer {
  readonly token: string
  /** The HTTP session of the call, or this process if there is none. */
  readonly session: string
  /** How many times a client has connected. */
  readonly handshakes: number
  /** The highest number of calls that ran at the same time. */
  readonly mostAtOnce: number
}

/** A slow `whoami`, so that calls overlap. It reads the token at the end. */
export function registerWhoami(server: McpServer, tokenOf: (headers: Record<string, unknown>) => string): McpServer {
  let handshakes = 0
  let running = 0
  let mostAtOnce = 0
  server.server.oninitialized = () => {
    handshakes++
  }
  server.registerTool('whoami', { description: 'The token of the call' }, async (extra): Promise<CallToolResult> => {
    mostAtOnce = Math.max(mostAtOnce, ++running)
    await wait(200)
    running--
    const token = tokenOf(extra.requestInfo?.headers ?? {})
    const session = extra.sessionId === undefined ? `process ${process.pid}` : `session ${extra.sessionId}`
    const answer: Answer = { token, session, handshakes, mostAtOnce }
    return { content: [{ type: 'text', text: JSON.stringify(answer) }] }
  })
  return server
}

export function createServer(): McpServer {
  const server = installContext(new McpServer(INFO), callContext, { required: true })
  return registerWhoami(server, () => getContext(callContext).token)
}

/** Serves one session over Streamable HTTP, on a free port. */
export async function serveHttp(server: McpServer): Promise<{ url: URL; close(): Promise<void> }> {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID })
  await server.connect(transport)
  const http = createHttpServer((request, response) => transport.handleRequest(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    async close() {
      await server.close()
      http.close()
      http.closeAllConnections()
    },
  }
}

if (process.argv[2] === 'stdio') {
  await createServer().connect(new StdioServerTransport())
}
