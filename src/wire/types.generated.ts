// Generated from schemas/ by `npm run generate`. Do not edit: change the schema.

/**
 * The context of one request: one JSON object of named fields, carried in `params._meta` under a context key. The size and the depth of a context have limits too, which JSON Schema cannot state.
 */
export interface RequestContext {
  [k: string]: unknown
}

/**
 * The `error.data` of the JSON-RPC error that answers a refused request: code -32602 for a context that is missing where it is required, invalid, or over a limit; code -32020 for one that its HTTP headers contradict. It never holds a value of a sensitive field.
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
  reason: 'missing' | 'invalid' | 'too_large' | 'mismatch'
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

/**
 * The settings of this extension: the value of `capabilities.extensions["io.github.mcp-request-context/context"]` in a server's or a client's capabilities.
 */
export interface CapabilitySettings {
  /**
   * The contexts that this side takes or, in a client's capabilities, sends; by their context key.
   */
  contexts: {
    [k: string]: ContextSettings
  }
}
/**
 * What one side says of one context.
 */
export interface ContextSettings {
  /**
   * The methods whose requests are refused without this context. Absent where the side does not say, or decides for each request.
   *
   * @maxItems 256
   */
  required?: string[]
  /**
   * The JSON Schema (2020-12) of the context as a client gives it. It holds no reference to another document.
   */
  schema?: {
    [k: string]: unknown
  }
  /**
   * The HTTP headers that fields are mirrored into, by field.
   */
  headers?: {
    [k: string]: HeaderBindingSettings
  }
}
/**
 * The HTTP header that a field of a context is mirrored into.
 */
export interface HeaderBindingSettings {
  /**
   * The header's name: a token (RFC 9110, section 5.6.2). Names are compared without regard to case.
   */
  name: string
  /**
   * The type of the field, which says how its value is written in the header and read back.
   */
  type: 'string' | 'integer' | 'boolean'
  /**
   * What stands before the value and one space; for the Authorization header alone.
   */
  scheme?: 'Bearer'
}
