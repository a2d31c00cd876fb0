import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { ContextError } from '../errors/context-error.js'
import { invalidDefinition } from '../errors/invalid-definition.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { kindOf } from '../shared/printable.js'
import { contextToHeaders, setContextHeaders } from './mirror-context.js'
import { explainCorsFailure, followWithinOrigin, isRedirect, refuseRedirect } from './redirects.js'

/** The `fetch` that an MCP SDK's transport takes and its middleware returns: without `Request` objects. */
// biome-ignore lint/suspicious/noExplicitAny: what further arguments are is between the caller and the wrapped fetch
export type FetchLike = (url: string | URL, init?: RequestInit, ...more: any[]) => Promise<Response>

type Input = Parameters<typeof globalThis.fetch>[0]

/** The arguments of one call. What comes behind `init` is between the caller and the wrapped `fetch`. */
type Arguments = [input: Input, init?: RequestInit, ...more: unknown[]]

type Fetch = (...args: Arguments) => Promise<Response>

/**
 * A `fetch` that mirrors the context in a JSON-RPC body into the headers of that one request. Pass it as the `fetch`
 * option of an MCP client's HTTP transport. It can wrap another `fetch`, and another can wrap it.
 *
 * A request whose body does not carry the context is passed to `fetch` as it is: OAuth, the handshake, an SSE stream, the
 * end of a session. A batch is mirrored when all its messages mirror to the same headers. A context header replaces a
 * header of the caller with the same name. Arguments of a call behind `init` go to `fetch` unchanged.
 *
 * It reads bodies that are strings or `Uint8Array`s, which the MCP SDKs send, and those of `Request`s. Where the
 * definition binds headers, a request with another kind of body is not sent: it may carry a context.
 *
 * The context never leaves the origin of the request: a redirect is followed within it, at most 20 times, as Fetch says.
 * `redirect: 'manual'` and `'error'` do what they do in `fetch`.
 *
 * @param fetch sends the requests; it must respect `redirect: 'manual'`. Default the global one
 * @returns a `fetch`. Its promise rejects, before anything is sent, with a ContextError `invalid` or `too_large` for a
 *   bound field that has no header, as {@link contextToHeaders} does; with `invalid` for a body that cannot be read; with
 *   `redirected` for a redirect to another origin, and in a browser for any redirect, because browsers hide the target.
 *   The SDKs' transports ask for `redirect: 'manual'` and report redirects themselves. In a browser, the TypeError of a
 *   request to another origin names the headers that CORS must allow.
 * @throws ContextError `invalid_definition`
 * @example
 * new StreamableHTTPClientTransport(url, { fetch: contextFetch(requestContext) })
 */
export function contextFetch(definition: AnyDefinition, fetch?: typeof globalThis.fetch): typeof globalThis.fetch
export function contextFetch(definition: AnyDefinition, fetch: FetchLike): FetchLike
export function contextFetch(definition: AnyDefinition, fetch: FetchLike = globalThis.fetch): Fetch {
  assertDefinition(definition)
  if (typeof fetch !== 'function') {
    throw invalidDefinition(
      'contextFetch() takes a function as its second argument: a fetch, or none for the global one',
    )
  }
  const inner = fetch as Fetch
  const key = keyPattern(definition.key)
  const pass = (body: unknown, args: Arguments): Promise<Response> => {
    const text = textOf(body)
    if (text === undefined && definition.headers.length > 0) return Promise.reject(unreadableBody(kindOf(body)))
    return text !== undefined && key.test(text) ? send(definition, inner, args, text) : inner(...args)
  }
  return (...args) => {
    const [input, init] = args
    const body = init?.body
    if (body !== undefined && body !== null) return pass(body, args)
    if (!isRequest(input) || !hasBody(input)) return inner(...args)
    return input
      .clone()
      .arrayBuffer()
      .then((bytes) => pass(new Uint8Array(bytes), args))
  }
}

/** The text of a body; `undefined` for one that is not read. */
function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body
  // A byte order mark stays: it is no part of JSON (RFC 8259, section 8.1).
  if (body instanceof Uint8Array) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)
  // OAuth sends forms.
  return body instanceof URLSearchParams ? decodeURIComponent(String(body)) : undefined
}

function unreadableBody(found: string): ContextError {
  return new ContextError(
    'invalid',
    `contextFetch() cannot read the body of this request, so it was not sent: give it JSON as a string or a Uint8Array, not ${found}`,
  )
}

/**
 * Finds a context key in JSON text without parsing it, whichever of its characters the writer escaped (RFC 8259,
 * section 7). A text that does not match has no member of this name. One that matches may have it anywhere.
 */
function keyPattern(key: string): RegExp {
  const characters = Array.from(key, (character) => {
    const literal = character === '/' ? '\\\\?/' : character.replace('.', '\\.')
    const code = character.charCodeAt(0).toString(16)
    const digits = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
    return `(?:${literal}|\\\\u00${digits})`
  })
  return new RegExp(`"${characters.join('')}"`)
}

/** Sends a request whose body has the context key somewhere. */
async function send(definition: AnyDefinition, fetch: Fetch, args: Arguments, text: string): Promise<Response> {
  const contexts = contextsIn(definition, text)
  if (contexts.every((context) => context === undefined)) return fetch(...args)
  const [input, init, ...more] = args
  const request = isRequest(input) ? input : undefined
  const headers = new Headers(init?.headers ?? request?.headers)
  const mirrored = mirrorAlike(definition, contexts) ? setContextHeaders(headers, definition, contexts[0]) : []
  // V8 takes as long to add a member after a spread as to set the headers, so `redirect` is there before.
  const guarded = { redirect: 'manual' as RequestRedirect, ...init, headers }
  guarded.redirect = 'manual'
  const url = request?.url ?? String(input)
  let response: Response
  try {
    response = await fetch(input, guarded, ...more)
  } catch (error) {
    throw explainCorsFailure(error, url, mirrored)
  }
  if (!isRedirect(response)) return response
  const mode = init?.redirect ?? request?.redirect
  if (mode === 'manual') return response
  if (mode === 'error') return refuseRedirect(response)
  const sent = {
    url,
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    init: { ...(request && initOf(request, text)), ...guarded },
    mirrored,
  }
  return followWithinOrigin(response, sent, (url, next) => fetch(input instanceof URL ? url : url.href, next, ...more))
}

/**
 * The context of a message, or of each message in a batch.
 *
 * @throws ContextError `invalid` for text that is not JSON, where a header would have to be set
 */
function contextsIn({ key, headers }: AnyDefinition, text: string): readonly unknown[] {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    if (headers.length > 0) throw unreadableBody('text that JSON.parse() refuses')
    return []
  }
  // A batch can hold values that are not messages; they do not count.
  const messages = Array.isArray(body) ? body.filter(isMessage) : [body]
  return messages.map((message) => getOwn(getOwn(getOwn(message, 'params'), '_meta'), key))
}

/** Whether all messages of one request mirror to the same headers (RC-038). */
function mirrorAlike(definition: AnyDefinition, contexts: readonly unknown[]): contexts is readonly [object] {
  if (!contexts.every(isObject)) return false
  if (contexts.length === 1) return true
  const headers = contexts.map((context) => JSON.stringify([...contextToHeaders(definition, context)]))
  return new Set(headers).size === 1
}

function isMessage(value: unknown): boolean {
  return getOwn(value, 'id') !== undefined || getOwn(value, 'method') !== undefined
}

/** By shape: a `Request` may come from another realm, or from a package. */
function isRequest(input: Input): input is Request {
  return typeof input === 'object' && 'clone' in input
}

function hasBody(request: Request): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD' && request.body !== null && !request.bodyUsed
}

/** What a redirect repeats of a `Request` that is sent already. */
function initOf(request: Request, body: string): RequestInit {
  const { method, mode, credentials, cache, referrer, referrerPolicy, integrity, keepalive, signal } = request
  return { method, body, mode, credentials, cache, referrer, referrerPolicy, integrity, keepalive, signal }
}
