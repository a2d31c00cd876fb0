import type { ContextCapableTransport } from './types.js'

/** What a transport gives its messages to. */
export type Receiver = (message: unknown, extra?: unknown) => void

/** The members of a transport that hear of what arrives. */
interface Handlers {
  readonly onmessage: Receiver
  readonly onclose: () => void
  readonly onerror: (error: Error) => void
}

/**
 * Stands between a transport and what it tells, whenever that is set: before the transport starts, after it, or again
 * later.
 *
 * The member becomes an accessor that writes through to that of the transport's class: SDK 1.x has some on its Node
 * transport, and other frameworks have some that can only be written.
 *
 * @param name the member
 * @param wrap makes what is in between
 * @throws TypeError for a transport whose members cannot be replaced, such as a frozen one
 */
export function intercept<N extends keyof Handlers>(
  transport: ContextCapableTransport,
  name: N,
  wrap: (handler: Handlers[N] | undefined) => Handlers[N] | undefined,
): void {
  type H = Handlers[N]
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
