import type { ContextCapableTransport } from './types.js'

/** What a transport gives its messages to. */
export type Receiver = (message: unknown, extra?: unknown) => void

type Handler = ContextCapableTransport['onmessage' | 'onclose' | 'onerror']

/**
 * Stands between a transport and its receiver, whenever the receiver is set: before the transport starts, after it, or
 * again later.
 *
 * `onmessage`, `onclose` and `onerror` become accessors that write through to those of the transport's class: SDK 1.x has
 * some on its Node transport, and other frameworks have some that can only be written.
 *
 * @param receive makes the receiver in between
 * @param close is called in place of what is to hear that the connection is closed, with a function that calls it
 * @throws TypeError for a transport whose members cannot be replaced, such as a frozen one
 */
export function intercept(
  transport: ContextCapableTransport,
  receive: (receiver: Receiver) => Receiver,
  close: (onclose: () => void) => void,
): void {
  replace<Receiver>(transport, 'onmessage', (receiver) => receiver && receive(receiver))
  replace<() => void>(transport, 'onclose', (onclose) => () => close(() => onclose?.()))
  replace(transport, 'onerror', (onerror) => onerror)
}

function replace<H extends Handler>(
  transport: ContextCapableTransport,
  name: 'onmessage' | 'onclose' | 'onerror',
  wrap: (handler: H | undefined) => H | undefined,
): void {
  const found = describe(transport, name)
  let current: H | undefined
  const get = (): H | undefined => (found?.get ? found.get.call(transport) : current)
  const write = (handler: H | undefined): void => {
    current = wrap(handler)
    found?.set?.call(transport, current)
  }
  const set = (handler: H | undefined): void => {
    // Whoever puts back what it read does not get in between twice.
    if (handler === undefined || handler !== get()) write(handler)
  }
  const before = transport[name] as H | undefined
  const enumerable = Object.hasOwn(transport, name)
  Object.defineProperty(transport, name, { configurable: true, enumerable, get, set })
  // What can only be written may be set already. It stays.
  if (found?.set === undefined || found.get !== undefined) write(before)
}

/** How a member of a transport, or of its class, is defined. */
function describe(transport: object, name: string): PropertyDescriptor | undefined {
  for (let holder: object | null = transport; holder !== null; holder = Object.getPrototypeOf(holder)) {
    const found = Object.getOwnPropertyDescriptor(holder, name)
    if (found !== undefined) return found
  }
  return undefined
}
