// Generated from schemas/ by `npm run generate`. Do not edit: change the schema.

/**
 * The context of one request: one JSON object of named fields, carried in `params._meta` under a context key. A definition can set another number of fields than 64, the default. The size and the depth of a context have limits too, which JSON Schema cannot state.
 */
export interface RequestContext {
  [k: string]: unknown
}

/**
 * The `error.data` of the JSON-RPC error that rejects a request for its context. The code is -32602 when the context is missing where it is required, invalid, or over a limit, and -32020 when the HTTP headers contradict it. It never holds a value of a sensitive field.
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
   * Why the context was rejected. The list is open: a reader takes a value that it does not know as `invalid`.
   */
  reason: 'missing' | 'invalid' | 'too_large' | 'mismatch'
  /**
   * What is wrong with the context.
   */
  issues: ContextIssue[]
}
/**
 * One thing that is wrong with a context, and where.
 */
export interface ContextIssue {
  /**
   * The names and array indexes that lead to it, from the context object down: to the member whose value is wrong, or, for a name that is not allowed, to the object that has it. Empty for the context itself.
   */
  path: (string | number)[]
  /**
   * What is wrong, in words for a developer. It never holds a value of a sensitive field.
   */
  message: string
}

/**
 * The settings of this extension: the value of `capabilities.extensions["io.github.mcp-request-context/context"]` in a server's or a client's capabilities.
 */
export interface CapabilitySettings {
  /**
   * The contexts that this side takes, or sends if it is a client, by context key. A reader ignores a malformed context by itself; more than 64 contexts are ignored as a whole.
   */
  contexts: {
    [k: string]: ContextSettings
  }
}
/**
 * The settings of one context.
 */
export interface ContextSettings {
  /**
   * The methods whose requests are rejected without this context. Absent when this side does not say, or decides for each request.
   *
   * @maxItems 256
   */
  required?: string[]
  /**
   * The JSON Schema (2020-12) of the context as a client gives it. It does not refer to another document.
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
  /**
   * The limits of the context that differ from the defaults.
   */
  limits?: {
    maxBytes?: number
    maxFields?: number
    maxDepth?: number
    maxHeaderBytes?: number
  }
  /**
   * The names of the fields whose values appear in no error and no log.
   *
   * @maxItems 64
   */
  sensitive?: string[]
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
   * What a client writes before the value and one space, for the Authorization header alone. A reader compares it without regard to case, and takes one or more spaces after it.
   */
  scheme?: 'Bearer'
}
