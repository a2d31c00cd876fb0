import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { INFO, registerWhoami } from './server.js'

export const HEADER = 'x-forwarded-access-token'

/** The same tool without a context: it answers the header that its HTTP request came with. */
export function createHeaderServer(): McpServer {
  return registerWhoami(new McpServer(INFO), (headers) => String(headers[HEADER]))
}

/** An HTTP client that many share, with headers that each of them sets before a call. */
export function sharedHttpClient() {
  const headers: Record<string, string> = {}
  return {
    headers,
    fetch: (url: string | URL, init: RequestInit = {}) => {
      const sent = new Headers(init.headers)
      for (const [name, value] of Object.entries(headers)) sent.set(name, value)
      return fetch(url, { ...init, headers: sent })
    },
  }
}
