// How the calls of a run get their contexts, and their handlers get at them.
import type { Extra, TestClient, TestServer } from '../../support/sdk.js'
import type { Fields, Span } from './contexts.js'
import type { Detector, Sight } from './detector.js'

/** What calls are made with. */
export interface Sender extends Pick<TestClient, 'callTool' | 'request'> {
  // biome-ignore lint/suspicious/noExplicitAny: as in TestClient
  [verb: string]: any
}

export interface Senders {
  /** Calls under a context; `turn` says in which of the ways that a context can be given. */
  under(fields: Fields, turn: number, span?: Span): Sender | Promise<Sender>
  /** Calls that pass on the context of the request whose handler makes them. */
  inheriting(extra: Extra): Sender
  /** Calls that no context can be sent with, and that fail before anything is sent. */
  withheld(turn: number): Sender
  /** Calls whose `_meta` goes as it is. */
  readonly raw: Sender
}

export interface Way {
  /** The options of a call of `readResource`. */
  readonly reading?: object
  /** The client's end of HTTP. */
  readonly fetch?: typeof fetch
  /** Equips a server, or a client for what its server asks it. */
  install(end: TestServer | TestClient): void
  /** The senders of a client, or of the `server` of a server. */
  senders(end: TestClient | TestServer, detector: Detector): Senders
  /** What a handler can see of its context. */
  sights(extra: Extra): Sight[]
  /** What lives as long as the scope of the request being handled. */
  scope(extra: Extra): object
  /** What is seen of a context where no request is being handled. */
  outside(): object | undefined
}
