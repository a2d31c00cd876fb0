import { type PairOptions, type RequestExtra, requestExtra, type SentMessage } from './request-extra.js'

/** One end of a connection in memory: a `Transport` of either SDK major. */
export interface LinkedTransport {
  start(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: the message types of the SDK majors differ
  send(message: any, options?: any): Promise<void>
  close(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onmessage?: ((message: any, extra?: any) => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onclose?: (() => void) | undefined
  setProtocolVersion(version: string): void
  /** What this end has sent so far, in order: copies that nobody else holds. */
  readonly sent: readonly SentMessage[]
}

/** The two ends of a connection in memory, named for who is to use them. */
export interface LinkedTransports {
  readonly client: LinkedTransport
  readonly server: LinkedTransport
}

/**
 * Two transports in memory, each the other's peer, for code that takes a transport. `connectPair` is shorter where there
 * are a server and a client.
 *
 * They share no more than two processes do. A message arrives after `send()` has returned, as a copy of its JSON, and in
 * order. The receiver's ambient context (`AsyncLocalStorage`) is that of its own `start()`, not that of the sender. Fake
 * timers hold nothing up.
 *
 * `send()` rejects where JSON cannot carry the message, and after a close. Closing one end closes the other, too, once
 * what was sent to it has arrived; then `close()` settles. Each end's `onclose` is called once.
 *
 * @param options what comes with each message of the client
 * @throws ContextError `invalid_definition` for an option that does not exist
 * @throws TypeError for headers that `new Headers()` does not take
 * @example
 * const ends = linkedTransports()
 * await server.connect(contextTransport(ends.server, requestContext))
 * await client.connect(ends.client)
 */
export function linkedTransports(options: PairOptions = {}): LinkedTransports {
  return End.pair(requestExtra(options), () => ({}))
}

interface Arrival {
  readonly message: unknown
  readonly extra: object
}

class End implements LinkedTransport {
  onmessage?: LinkedTransport['onmessage']
  onerror?: LinkedTransport['onerror']
  onclose?: LinkedTransport['onclose']
  readonly sent: SentMessage[] = []
  readonly #extraOf: RequestExtra
  readonly #arrived: Arrival[] = []
  #peer!: End
  #state: 'new' | 'started' | 'closed' = 'new'
  /** The peer has closed: what arrived is the last. */
  #ending = false
  #protocolVersion: string | undefined
  #wake = () => {}
  #settle = () => {}
  readonly #closed = new Promise<void>((resolve) => {
    this.#settle = resolve
  })

  static pair(fromClient: RequestExtra, fromServer: RequestExtra): LinkedTransports {
    const [client, server] = [new End(fromClient), new End(fromServer)]
    client.#peer = server
    server.#peer = client
    return { client, server }
  }

  private constructor(extraOf: RequestExtra) {
    this.#extraOf = extraOf
  }

  setProtocolVersion(version: string): void {
    this.#protocolVersion = version
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') {
      throw new Error(`the transport is ${this.#state} already: each connection needs transports of its own`)
    }
    this.#state = 'started'
    void this.#receive()
  }

  async send(message: unknown): Promise<void> {
    if (this.#state === 'closed' || this.#peer.#state === 'closed') throw new Error('not connected: it was closed')
    const json = JSON.stringify(message)
    const copy: SentMessage = JSON.parse(json)
    const extra = this.#extraOf(copy, this.#protocolVersion)
    this.sent.push(copy)
    this.#peer.#arrived.push({ message: JSON.parse(json), extra })
    this.#peer.#wake()
  }

  async close(): Promise<void> {
    this.#end()
    this.#peer.#endAfterwards()
    await this.#peer.#closed
  }

  /**
   * Hands on what arrives, one message at a time. It waits on promises alone, which fake timers leave as they are; and an
   * `await` goes on in the ambient context that it began in, so that a sender's is not seen here.
   */
  async #receive(): Promise<void> {
    for (;;) {
      await this.#arrival()
      if (this.#state === 'closed') return
      const next = this.#arrived.shift()
      if (next === undefined) this.#end()
      else this.#call(() => this.onmessage?.(next.message, next.extra))
    }
  }

  #arrival(): Promise<void> | undefined {
    if (this.#arrived.length > 0 || this.#ending) return undefined
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #endAfterwards(): void {
    this.#ending = true
    if (this.#state === 'new') this.#end()
    else this.#wake()
  }

  #end(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#wake()
    this.#call(() => this.onclose?.())
    this.#settle()
  }

  /** What a receiver throws is no matter of whoever sent or closed. */
  #call(receiver: () => void): void {
    try {
      receiver()
    } catch (error) {
      if (this.onerror === undefined) void Promise.reject(error)
      else this.onerror(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
