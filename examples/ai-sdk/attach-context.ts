import type { MCPTransport } from '@ai-sdk/mcp'
import { type ContextSource, createContextClient } from 'mcp-request-context/client'
import { callContext } from '../context.js'

/** A transport that attaches the context to each message, for an MCP client that cannot set `_meta`. */
export function attachContext(transport: MCPTransport, context: ContextSource<typeof callContext>): MCPTransport {
  const send = transport.send.bind(transport)
  const client = createContextClient({ request: send, notification: send }, callContext, { context })
  transport.send = (message, options) =>
    'method' in message ? client.request(message, options) : send(message, options)
  return transport
}
