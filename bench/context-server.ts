import { getContext, installContext } from 'mcp-request-context/server'
import type { Definition } from './contexts.js'
import { type BenchServer, type Major, newServer } from './sdk.js'

/** A server whose tool answers the tenant of the call's context. */
export function contextServer(major: Major, definition: Definition): BenchServer {
  const server = newServer(major, () => String(getContext(definition).tenant))
  return installContext(server, definition)
}
