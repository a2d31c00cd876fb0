// Generated from schemas/ by `npm run generate`. Do not edit: change the schema.

/**
 * The context of one request: one JSON object of named fields, carried in `params._meta` under a context key. The size and the depth of a context have limits too, which JSON Schema cannot state.
 */
export interface RequestContext {
  [k: string]: unknown
}

/**
 * The `error.data` of the JSON-RPC error (code -32602) that answers a request whose context is missing where it is required, invalid, or over a limit. It never holds a value of the context.
 */
export interface ContextErrorData {
  /**
   * The identifier of the extension.
   */
  extension: 'io.github.mcp-request-context/context'
  /**
   * The context key: the entry of `params._meta` that the error is about.
   */
  key: string
  /**
   * Why the context was refused.
   */
  reason: 'missing' | 'invalid' | 'too_large'
  /**
   * The faults found.
   */
  issues: ContextIssue[]
}
/**
 * One fault of a context: where it is, and what is wrong.
 */
export interface ContextIssue {
  /**
   * The names and array indexes that lead to the fault, from the context object down; empty for the context itself.
   */
  path: (string | number)[]
  /**
   * What is wrong, for a developer to read. It never holds a value of a sensitive field.
   */
  message: string
}
