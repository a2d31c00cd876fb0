// What arrives at a server's end of the wire, for requests that the SDK answers without any handler of a user.
import { testContext } from '../support/contexts.js'
import type { Log } from './log.js'

export const WITHOUT_HANDLER: readonly string[] = ['server/discover', 'subscriptions/listen']

/** Keeps the context of a message of such a request. */
export function watch(message: unknown, log: Log): void {
  const { method, params } = message as { method?: string; params?: { _meta?: Record<string, unknown> } }
  if (WITHOUT_HANDLER.includes(String(method))) log.arrived(String(method), params?._meta?.[testContext.key])
}

interface Wire {
  start(): Promise<void>
  onmessage?: ((message: never, extra?: never) => void) | undefined
}

/** Watches what a transport receives. */
export function watching<T extends Wire>(transport: T, log: Log): T {
  const start = transport.start.bind(transport)
  transport.start = () => {
    const receive = transport.onmessage
    transport.onmessage = (message, extra) => {
      watch(message, log)
      receive?.(message, extra)
    }
    return start()
  }
  return transport
}
