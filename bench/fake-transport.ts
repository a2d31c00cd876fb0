import { contextTransport } from 'mcp-request-context/server'
import type { Definition } from './contexts.js'

export type Receive = (message: unknown, extra?: unknown) => void

/** A transport that messages are given to by hand. Its receiver does `handle`, nothing by default, and counts. */
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

  /** What the middleware answers here is a refusal: nothing that is measured may be one. */
  async send(message: unknown): Promise<void> {
    throw new Error(`refused: ${JSON.stringify(message)}`)
  }
}

/** One with the middleware in front of its receiver. */
export function gated(definition: Definition, handle?: (extra: unknown) => void): FakeTransport {
  const transport = new FakeTransport(handle)
  transport.onerror = (error) => {
    // Thrown outside of the middleware, which reports what is thrown within.
    queueMicrotask(() => {
      throw error
    })
  }
  return contextTransport(transport as never, definition) as never
}

/** A call as a transport hands it over, parsed from its bytes. */
export function received(definition: Definition, context?: object): object {
  const _meta = context === undefined ? { progressToken: 1 } : { [definition.key]: context }
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {}, _meta } }
  return JSON.parse(JSON.stringify(message))
}
