import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { INFO, registerWhoami } from './server.js'

export const HEADER = 'x-forwarded-access-token'

/** The same tool without a context: it answers with the header of its HTTP request. */
export function createHeaderServer(): McpServer {
  return registerWhoami(new McpServer(INFO), (headers) => String(headers[HEADER]))
}

/** An HTTP client that all callers share. Each caller sets its headers before a call. */
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
