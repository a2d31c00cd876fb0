import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { getOwn, isObject } from '../shared/get-own.js'
import { contextToHeaders, setContextHeaders } from './mirror-context.js'
import { explainCorsFailure, followWithinOrigin, isRedirect, refuseRedirect } from './redirects.js'

/** The `fetch` that an MCP SDK's transport takes and its middleware returns: without `Request` objects. */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>

type Fetch = typeof globalThis.fetch
type Input = Parameters<Fetch>[0]

/**
 * A `fetch` that mirrors the context in a JSON-RPC body into the headers of that one request. Pass it as the `fetch`
 * option of an MCP client's HTTP transport. It can wrap another `fetch`, and another can wrap it.
 *
 * A request whose body does not carry the context is passed to `fetch` as it is: OAuth, the handshake, an SSE stream, the
 * end of a session. A batch is mirrored when all its messages mirror to the same headers. A context header replaces a
 * header of the caller with the same name.
 *
 * The context never leaves the origin of the request: a redirect is followed within it, at most 20 times, as Fetch says.
 * `redirect: 'manual'` and `'error'` do what they do in `fetch`.
 *
 * @param fetch sends the requests; it must respect `redirect: 'manual'`. Default the global one
 * @returns a `fetch`. Its promise rejects, before anything is sent, with a ContextError `invalid` or `too_large` for a
 *   bound field that has no header, as {@link contextToHeaders} does; with `redirected` for a redirect to another origin,
 *   and in a browser for any redirect, because browsers hide the target. The SDKs' transports ask for
 *   `redirect: 'manual'` and report redirects themselves. In a browser, the TypeError of a request to another origin names
 *   the headers that CORS must allow.
 * @example
 * new StreamableHTTPClientTransport(url, { fetch: contextFetch(requestContext) })
 */
export function contextFetch(definition: AnyDefinition, fetch?: Fetch): Fetch
export function contextFetch(definition: AnyDefinition, fetch: FetchLike): FetchLike
export function contextFetch(definition: AnyDefinition, fetch: FetchLike = globalThis.fetch): Fetch {
  assertDefinition(definition)
  const inner = fetch as Fetch
  const key = keyPattern(definition.key)
  return (input, init) => {
    const body = init?.body
    if (typeof body === 'string') {
      if (key.test(body)) return send(definition, inner, input, init, body)
    } else if (body instanceof Uint8Array) {
      const text = new TextDecoder().decode(body)
      if (key.test(text)) return send(definition, inner, input, init, text)
    } else if ((body === undefined || body === null) && isRequest(input) && hasBody(input)) {
      return input
        .clone()
        .text()
        .then((text) => (key.test(text) ? send(definition, inner, input, init, text) : pass(inner, input, init)))
    }
    return pass(inner, input, init)
  }
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

/** Sends a request as it was given, with the same number of arguments. */
function pass(fetch: Fetch, input: Input, init: RequestInit | undefined): Promise<Response> {
  return init === undefined ? fetch(input) : fetch(input, init)
}

/** Sends a request whose body has the context key somewhere. */
async function send(
  definition: AnyDefinition,
  fetch: Fetch,
  input: Input,
  init: RequestInit | undefined,
  text: string,
): Promise<Response> {
  const contexts = contextsIn(definition, text)
  if (contexts.every((context) => context === undefined)) return pass(fetch, input, init)
  const request = isRequest(input) ? input : undefined
  const headers = new Headers(init?.headers ?? request?.headers)
  const mirrored = mirrorAlike(definition, contexts) ? setContextHeaders(headers, definition, contexts[0]) : []
  // V8 takes as long to add a member after a spread as to set the headers, so `redirect` is there before.
  const guarded = { redirect: 'manual' as RequestRedirect, ...init, headers }
  guarded.redirect = 'manual'
  const url = request?.url ?? String(input)
  let response: Response
  try {
    response = await fetch(input, guarded)
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
  return followWithinOrigin(response, sent, (url, next) => fetch(input instanceof URL ? url : url.href, next))
}

/** The context of a message, or of each message in a batch; none for a body that is not JSON. */
function contextsIn({ key }: AnyDefinition, text: string): readonly unknown[] {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
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
