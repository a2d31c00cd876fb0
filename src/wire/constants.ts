// The numbers stand first: bundlers then write each of them where it is used, instead of its name.

/** The JSON-RPC error code of a rejected context: Invalid params (JSON-RPC 2.0, section 5.1). */
export const INVALID_PARAMS = -32602

/** The JSON-RPC error code of a request that its HTTP headers contradict: HeaderMismatch (MCP 2026-07-28). */
export const HEADER_MISMATCH = -32020

/** The JSON-RPC error code of a failure of the server itself (JSON-RPC 2.0, section 5.1). */
export const INTERNAL_ERROR = -32603

/** The most contexts that one peer can advertise, and the most bound fields of one context (RC-045, RC-048). */
export const MAX_ADVERTISED = 64

/** The most methods that can be advertised as requiring a context (RC-048). */
export const MAX_METHODS = 256

/** The most subschemas of an advertised JSON Schema, and the most levels of them (RC-048). */
export const MAX_SUBSCHEMAS = 1000
export const MAX_SCHEMA_DEPTH = 32

/** The identifier of this MCP extension: the key in `capabilities.extensions`, and `data.extension` of its errors. */
export const EXTENSION_ID = 'io.github.mcp-request-context/context'

/** The default context key: the entry of `params._meta` that carries a context. */
export const CONTEXT_META_KEY: string = EXTENSION_ID

// MCP 2026-07-28, Streamable HTTP, value encoding: a string that is not a plain field value travels as Base64.
export const BASE64_PREFIX = '=?base64?'
export const BASE64_SUFFIX = '?='

/** What such a value has between the two. */
export const BASE64_VALUE = /^=\?base64\?(.*)\?=$/

/** What a header of each type carries, for messages (RC-034, RC-035). */
export const CARRIED = {
  string: 'a string',
  integer: 'an integer from -(2^53-1) to 2^53-1',
  boolean: 'a boolean',
} as const

/** What a redacted context shows in place of the value of a sensitive field. */
export const REDACTED = '[redacted]'

/** The methods that need a context when `required` is `true` (spec, section 5.1). */
export const DEFAULT_REQUIRED: readonly string[] = [
  'tools/call',
  'resources/read',
  'prompts/get',
  'completion/complete',
  'tasks/get',
  'tasks/result',
  'tasks/cancel',
]

/** What SDK 2.x answers by itself, before anybody can check a context. */
export const LISTEN = 'subscriptions/listen'

/** Cancels a request (MCP 2025-11-25, Cancellation). */
export const CANCELLED = 'notifications/cancelled'

/** What never needs a context: a peer must be able to connect and look around without one (RC-025). */
const CONTEXT_FREE =
  /^(?:notifications\/.*|initialize|server\/discover|ping|(?:tools|prompts|resources|resources\/templates|roots|tasks)\/list)$/s

/** Whether a message with this method never needs a context (RC-025). */
export function isContextFree(method: string): boolean {
  return CONTEXT_FREE.test(method)
}
