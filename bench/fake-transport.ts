import { contextTransport } from 'mcp-request-context/server'
import type { Definition } from './contexts.js'

export type Receive = (message: unknown, extra?: unknown) => void

/** A transport that is handed its messages by the benchmark. Its receiver counts them and calls `handle`. */
export class FakeTransport {
  received = 0
  onmessage: Receive
  onerror?: (error: Error) => void

  constructor(handle: (extra: unknown) => void = () => {}) {
    this.onmessage = (_message, extra) => {
      this.received++
      handle(extra)
    }
  }

  async start(): Promise<void> {}
  async close(): Promise<void> {}

  /** The middleware sends nothing but rejections, and no measured message may be rejected. */
  async send(message: unknown): Promise<void> {
    throw new Error(`rejected: ${JSON.stringify(message)}`)
  }
}

/** A transport with the middleware in front of its receiver. */
export function withMiddleware(definition: Definition, handle?: (extra: unknown) => void): FakeTransport {
  const transport = new FakeTransport(handle)
  transport.onerror = (error) => {
    // Thrown in a task of its own: the middleware would catch and report it.
    queueMicrotask(() => {
      throw error
    })
  }
  return contextTransport(transport as never, definition) as never
}

/** A tool call as a transport hands it over: parsed from its bytes. */
export function receivedCall(definition: Definition, context?: object): object {
  const _meta = context === undefined ? { progressToken: 1 } : { [definition.key]: context }
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {}, _meta } }
  return JSON.parse(JSON.stringify(message))
}
