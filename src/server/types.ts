/** What this package needs of a transport: the `Transport` of either SDK major, or any object of its shape. */
export interface ContextCapableTransport {
  start(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: the message types of the SDK majors differ
  send(message: any, options?: any): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onmessage?: ((message: any, extra?: any) => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onclose?: (() => void) | undefined
}

export type RequestId = string | number

/** A JSON-RPC request, or a notification, which has no id. */
export interface IncomingMessage {
  readonly method: string
  readonly id?: RequestId
  readonly params?: unknown
}

/** Headers as Node has them: one string, or several lines. */
export type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>

/** What a transport passes on with a message: SDK 1.x has `requestInfo`, 2.x `request`; neither is there without HTTP. */
export interface MessageExtra {
  readonly requestInfo?: { readonly headers?: HeaderRecord }
  readonly request?: { readonly headers?: Headers }
}

/** What a server does with the headers that the fields of a definition are bound to. */
export interface HttpPolicy {
  /**
   * `'mismatch'` rejects a request whose header contradicts its context. `'strict'` also rejects one that has a bound
   * field and no such header. `false` compares nothing. Default `'mismatch'`.
   */
  readonly verify: 'mismatch' | 'strict' | false
  /**
   * Fill a missing field from its header: `true` for every bound field, or the names of some. Default `false`: a header
   * never reaches the context.
   */
  readonly lift: boolean | readonly string[]
  /** For the lifted fields, which one wins when both are there. Default `'meta'`. `'header'` is for a trusted gateway. */
  readonly prefer: 'meta' | 'header'
  /**
   * Reject requests that the transport tells no HTTP headers of: they cannot be verified. Messages without the context, of
   * methods that never need it, pass. Default `false`, so that the same server can run over stdio.
   */
  readonly required: boolean
}

/** What a `required` function is told about a request. */
export interface RequiredRequest {
  readonly method: string
  readonly params?: unknown
}

/**
 * Which requests need a context: `true` for `tools/call`, `resources/read`, `prompts/get`, `completion/complete`,
 * `tasks/get`, `tasks/result` and `tasks/cancel`; a list of methods; or a function that answers at once. Listing,
 * `initialize`, `server/discover`, `ping` and notifications never need one. `installContext` takes no `subscriptions/listen`:
 * an SDK answers it before a context can be checked.
 */
export type RequiredContext = boolean | readonly string[] | ((request: RequiredRequest) => boolean)

/** The options of `installContext`. `contextTransport` has the same, but no `advertise`. */
export interface InstallOptions {
  /** Which requests are rejected without a context. Default `false`: none. */
  readonly required?: RequiredContext | undefined
  /** What to do with HTTP headers that fields are bound to. Without HTTP, nothing, unless `http.required`. */
  readonly http?: Partial<HttpPolicy> | undefined
  /**
   * What the server's capabilities tell of the schema, to everybody who connects: `'schema'`, with its types, enums and
   * descriptions, or `'names'`, the names of the fields alone. Default `'schema'`. Of a sensitive field, never more than
   * its type.
   */
  readonly advertise?: 'schema' | 'names' | undefined
}
