import type { HeaderBinding } from '../definition/types.js'
import { invalidDefinition } from '../errors/invalid-definition.js'
import { writeField } from '../http/mirror-context.js'
import { getOwn } from '../shared/get-own.js'
import { quote } from '../shared/printable.js'
import { isHeaderName } from '../wire/names.js'
import { requestHeaders } from './request-headers.js'
import { findContext, outsideRequestError, type RequestScope, scopes } from './scope.js'

/**
 * The HTTP headers of the request at hand, for reading. A header that a field is bound to tells what the accepted context
 * says, on every transport: the field's value, or nothing where the context has no such field. The other headers are
 * those of the HTTP request; in memory and on stdio there are none.
 *
 * Do not pass them on: they belong to one connection and one sender, and `authorization` and `cookie` are among them.
 * {@link forwardHeaders} is for outgoing requests.
 *
 * @returns a `Headers` of its own; a field that is not plain ASCII reads as MCP encodes it (`decodeHeaderValue`)
 * @throws ContextError `outside_request` where no request is being handled
 * @example
 * const language = getHttpHeaders().get('accept-language')
 */
export function getHttpHeaders(): Headers {
  return readHeaders('getHttpHeaders()')
}

/**
 * Headers of one connection and of what it can do: RFC 9110, sections 7.6.1, 10.1.1 and 12.5, RFC 9112; of one
 * representation and how it is asked for: RFC 9110, sections 8, 13.1 and 14.2; what a browser says of one request; what
 * signs one request (RFC 9449); and those of MCP.
 */
const NOT_FORWARDED =
  /^(?:(?:content|if|mcp|proxy|sec|access-control)-.*|accept|accept-(?:charset|encoding|ranges)|connection|date|dpop|expect|host|http2-settings|keep-alive|last-event-id|max-forwards|origin|range|te|trailer|transfer-encoding|upgrade|via)$/

/**
 * The named headers of the request at hand, and no others, for an outgoing request. A header that a field is bound to
 * tells what the accepted context says, as in {@link getHttpHeaders}. So a sensitive field goes only where its header is
 * named, and so do `authorization` and `cookie`.
 *
 * @param names the headers to pass on; case does not matter. One that the request does not have is left out.
 * @returns a `Headers` of its own
 * @throws ContextError `invalid_definition` for a name that is no header, and for one that belongs to a single connection
 *   or message, such as `host`, `expect`, `accept-encoding`, `range`, `if-match`, `content-type` or `mcp-session-id`;
 *   `outside_request` where no request is being handled
 * @example
 * await fetch(upstream, { headers: forwardHeaders(['X-Tenant-Id', 'X-Request-Id']) })
 */
export function forwardHeaders(names: readonly string[]): Headers {
  if (!Array.isArray(names)) throw invalidDefinition("forwardHeaders() takes a list of names, such as ['X-Tenant-Id']")
  for (const name of names) {
    if (typeof name !== 'string' || !isHeaderName(name)) {
      throw invalidDefinition(`forwardHeaders(): ${quote(name)} is not a header name`)
    }
    if (NOT_FORWARDED.test(name.toLowerCase())) {
      throw invalidDefinition(
        `forwardHeaders(): ${quote(name)} belongs to one connection or message, so it cannot be passed on: set it yourself`,
      )
    }
  }
  const headers = readHeaders('forwardHeaders()')
  const forwarded = new Headers()
  for (const name of names) {
    const value = headers.get(name)
    if (value !== null) forwarded.set(name, value)
  }
  return forwarded
}

function readHeaders(caller: string): Headers {
  const scope = scopes.getStore()
  if (scope === undefined) throw outsideRequestError(caller)
  const headers = requestHeaders(scope.extra)
  const bound = scope.definitions.filter((definition) => definition.headers.length > 0)
  for (const { headers: bindings } of bound) for (const { name } of bindings) headers.delete(name)
  for (const definition of bound) {
    const context = acceptedContext(scope, definition)
    for (const binding of definition.headers) {
      if (!headers.has(binding.name)) setHeader(headers, binding, getOwn(context, binding.field))
    }
  }
  return headers
}

/** The context as its client gave it, or as it was lifted; `undefined` for one that was refused. */
function acceptedContext(scope: RequestScope, definition: RequestScope['definitions'][number]): unknown {
  return findContext(scope, definition) && getOwn(scope.meta, definition.key)
}

function setHeader(headers: Headers, binding: HeaderBinding, field: unknown): void {
  try {
    const value = writeField(binding, field)
    if (value !== undefined) headers.set(binding.name, value)
  } catch {
    // UTF-8 cannot carry a lone surrogate, so no header can.
  }
}
