import type { AnyDefinition } from '../core/context-definition.js'
import { isObject, own } from '../core/own.js'
import { contextToHeaders, setContextHeaders } from './context-headers.js'
import { keyFinder } from './key-finder.js'
import { followWithinOrigin, isRedirect, refuseRedirect } from './redirect.js'
import { explainUnsent } from './unsent.js'

/** The `fetch` that an MCP SDK's transport takes and its middleware gives: without `Request` objects. */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>

type Fetch = typeof globalThis.fetch

/**
 * A `fetch` that mirrors the context in a JSON-RPC body into the headers of that one request. It is for the `fetch`
 * option of an MCP client's HTTP transport; wrapped around another `fetch`, or by one, it keeps what that does.
 *
 * A request whose body does not carry the context goes to `fetch` as it is: OAuth, the handshake, an SSE stream, the end
 * of a session. A batch is mirrored where all its messages come to the same headers. A context header replaces one of
 * the caller's with the same name.
 *
 * The context never leaves the origin that was asked: a redirect is followed within it, at most 20 times, as Fetch says;
 * `redirect: 'manual'` and `'error'` do what they do in `fetch`.
 *
 * @param fetch sends the requests; it must heed `redirect: 'manual'`. Default the global one
 * @returns a `fetch`. Its promise rejects with a ContextError `invalid` or `too_large` for a bound field that has no
 *   header, as {@link contextToHeaders} does, before anything is sent; `redirected` for a redirect to another origin, and
 *   in a browser for any redirect, as its target is hidden there. The SDKs' transports ask for `redirect: 'manual'` and
 *   report redirects themselves. In a browser, the TypeError of a request to another origin names the headers that CORS
 *   must allow.
 * @example
 * new StreamableHTTPClientTransport(url, { fetch: contextFetch(requestContext) })
 */
export function contextFetch(definition: AnyDefinition, fetch?: Fetch): Fetch
export function contextFetch(definition: AnyDefinition, fetch: FetchLike): FetchLike
export function contextFetch(definition: AnyDefinition, fetch: FetchLike = globalThis.fetch): Fetch {
  const inner = fetch as Fetch
  const carries = keyFinder(definition.key)
  return (input, init) => {
    const body = init?.body
    if (typeof body === 'string') {
      if (carries(body)) return send(definition, inner, input, init, body)
    } else if (body instanceof Uint8Array) {
      const text = new TextDecoder().decode(body)
      if (carries(text)) return send(definition, inner, input, init, text)
    } else if ((body === undefined || body === null) && isRequest(input) && hasBody(input)) {
      return input
        .clone()
        .text()
        .then((text) => (carries(text) ? send(definition, inner, input, init, text) : pass(inner, input, init)))
    }
    return pass(inner, input, init)
  }
}

/** Sends a request as it was given, with as many arguments. */
function pass(fetch: Fetch, input: Parameters<Fetch>[0], init: RequestInit | undefined): Promise<Response> {
  return init === undefined ? fetch(input) : fetch(input, init)
}

/** Sends a request whose body may have the context key in it, wherever that is. */
async function send(
  definition: AnyDefinition,
  fetch: Fetch,
  input: Parameters<Fetch>[0],
  init: RequestInit | undefined,
  text: string,
): Promise<Response> {
  const contexts = contextsIn(definition, text)
  if (contexts.every((context) => context === undefined)) return pass(fetch, input, init)
  const request = isRequest(input) ? input : undefined
  const headers = new Headers(init?.headers ?? request?.headers)
  const mirrored = agree(definition, contexts) ? setContextHeaders(headers, definition, contexts[0]) : []
  // A member added after a spread costs V8 as much as the headers do.
  const guarded = { redirect: 'manual' as RequestRedirect, ...init, headers }
  guarded.redirect = 'manual'
  let response: Response
  try {
    response = await fetch(input, guarded)
  } catch (error) {
    throw explainUnsent(error, request?.url ?? String(input), mirrored)
  }
  if (!isRedirect(response)) return response
  const mode = init?.redirect ?? request?.redirect
  if (mode === 'manual') return response
  if (mode === 'error') return refuseRedirect(response)
  const sent = {
    url: request?.url ?? String(input),
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    init: { ...(request && initOf(request, text)), ...guarded },
    mirrored,
  }
  return followWithinOrigin(response, sent, (url, next) => fetch(input instanceof URL ? url : url.href, next))
}

/** The context of a message, or of each in a batch; none for a body that is no JSON. */
function contextsIn(definition: AnyDefinition, text: string): readonly unknown[] {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return []
  }
  // What a batch has beside requests, notifications and responses is nobody's.
  const messages = Array.isArray(body) ? body.filter(isMessage) : [body]
  return messages.map((message) => contextIn(definition, message))
}

function contextIn({ key }: AnyDefinition, message: unknown): unknown {
  return own(own(own(message, 'params'), '_meta'), key)
}

/** Whether all messages of one request mirror to the same headers. */
function agree(definition: AnyDefinition, contexts: readonly unknown[]): contexts is readonly [object] {
  if (!contexts.every(isObject)) return false
  if (contexts.length === 1) return true
  const headers = contexts.map((context) => JSON.stringify([...contextToHeaders(definition, context)]))
  return new Set(headers).size === 1
}

function isMessage(value: unknown): boolean {
  return own(value, 'id') !== undefined || own(value, 'method') !== undefined
}

/** By shape: a `Request` may be of another realm, or of a package. */
function isRequest(input: Parameters<Fetch>[0]): input is Request {
  return typeof input === 'object' && 'clone' in input
}

function hasBody(request: Request): boolean {
  return request.body !== null && !request.bodyUsed
}

/** What a redirect repeats of a `Request` that is sent already. */
function initOf(request: Request, body: string): RequestInit {
  const { method, mode, credentials, cache, referrer, referrerPolicy, integrity, keepalive, signal } = request
  return { method, body, mode, credentials, cache, referrer, referrerPolicy, integrity, keepalive, signal }
}
