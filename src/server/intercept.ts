import type { ContextCapableTransport } from './types.js'

/** What a transport gives its messages to. */
export type Receiver = (message: unknown, extra?: unknown) => void

/**
 * Puts a receiver between a transport and its own receiver, now or when the transport starts: whoever receives sets
 * `onmessage` and then calls `start()`.
 *
 * `start` becomes an accessor, because SDK 2.x replaces it later: the replacement passes here too. `onmessage` stays a
 * plain property, because an accessor on the instance would hide the one that SDK 1.x has on its Node transport.
 *
 * @param wrap makes the receiver in between
 * @param closed is called when the connection is closed
 */
export function intercept(
  transport: ContextCapableTransport,
  wrap: (receiver: Receiver) => Receiver,
  closed: () => void,
): void {
  let installed: Receiver | undefined
  const install = (): void => {
    const { onmessage, onclose } = transport
    if (onmessage === undefined || onmessage === installed) return
    installed = wrap(onmessage)
    transport.onmessage = installed
    transport.onclose = () => {
      closed()
      onclose?.()
    }
  }
  const original = transport.start
  let inner = original
  const start = (): Promise<void> => {
    install()
    return inner.call(transport)
  }
  Object.defineProperty(transport, 'start', {
    configurable: true,
    enumerable: false,
    get: () => start,
    set: (replacement: typeof start) => {
      // Whoever puts back what it read gets the original, not a loop.
      inner = replacement === start ? original : replacement
    },
  })
  install()
}
