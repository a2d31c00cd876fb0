import type { MCPTransport } from '@ai-sdk/mcp'
import { type ContextSource, createContextClient } from 'mcp-request-context/client'
import { callContext } from '../context.js'

/** A transport that adds the context to what is sent, for an MCP client that lets nobody set `_meta`. */
export function sendingContext(transport: MCPTransport, context: ContextSource<typeof callContext>): MCPTransport {
  const send = transport.send.bind(transport)
  const sender = createContextClient({ request: send, notification: send }, callContext, { context })
  transport.send = (message, options) =>
    'method' in message ? sender.request(message, options) : send(message, options)
  return transport
}
