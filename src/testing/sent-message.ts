/** A JSON-RPC message as it is sent: a request, a notification, a result or an error. */
export interface SentMessage {
  readonly jsonrpc: '2.0'
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly [name: string]: unknown }
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}
