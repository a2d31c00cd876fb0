/** The identifier of this MCP extension: the key in `capabilities.extensions`, and `data.extension` of its errors. */
export const EXTENSION_ID = 'io.github.mcp-request-context/context'

/** The default context key: the entry of `params._meta` that carries a context. */
export const CONTEXT_META_KEY: string = EXTENSION_ID

/** What a context field may be called. `__proto__` does not match, so it is never a field. */
export const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** The most characters of a context key and of a bound header's name: what settings may advertise. */
export const LONGEST_NAME = 256

/** The JSON-RPC error code of a refused context: Invalid params (JSON-RPC 2.0, section 5.1). */
export const INVALID_PARAMS = -32602

/** The JSON-RPC error code of a request whose HTTP headers contradict it: HeaderMismatch (MCP 2026-07-28). */
export const HEADER_MISMATCH = -32020

/** The JSON-RPC error code of a failure of the server's own (JSON-RPC 2.0, section 5.1). */
export const INTERNAL_ERROR = -32603

/** What stands in the place of a sensitive field's value in a redacted context. */
export const REDACTED = '[redacted]'

/** The most contexts of one peer, and the most bound fields of a context, that can be advertised (the published schema). */
export const MOST_ADVERTISED = 64

/** The most methods that can be advertised as requiring a context (the published schema). */
export const MOST_METHODS = 256
