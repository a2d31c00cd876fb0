import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectOptions } from './claims.js'

type Handle = (request: IncomingMessage, response: ServerResponse, body: unknown) => Promise<unknown>

/** Serves on a free port of this machine; answers the URL, and what was mirrored into the calls that come. */
export async function listen(handle: Handle) {
  const mirrored: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = text === '' ? undefined : JSON.parse(text)
    if (body?.method === 'tools/call') mirrored.push(request.headers['x-tenant-id']?.toString())
    await handle(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`), mirrored }
}

/** What a client's HTTP transport takes from the options of a connection. */
export function transportOptions({ headers, fetch }: ConnectOptions) {
  return { ...(headers && { requestInit: { headers } }), ...(fetch && { fetch }) }
}
