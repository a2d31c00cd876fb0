import { ContextError } from '../errors/context-error.js'

/** The most redirects that are followed for one request (Fetch, HTTP-redirect fetch). */
const MAX_REDIRECTS = 20

/** Fetch, redirect status. */
const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308]

/** A request that carries a context, as it was sent. */
export interface SentRequest {
  readonly url: string
  readonly method: string
  /** Everything that a repeated request sends again, with `redirect: 'manual'`. */
  readonly init: RequestInit & { readonly headers: Headers }
  /** The names of its context headers. A request without a body is sent without them. */
  readonly mirrored: readonly string[]
}

export function isRedirect({ status, type }: Response): boolean {
  return status === 0 ? type === 'opaqueredirect' : REDIRECT_STATUSES.includes(status)
}

/** Fails as `fetch` does with `redirect: 'error'`. */
export async function refuseRedirect(response: Response): Promise<never> {
  await response.body?.cancel()
  throw new TypeError("fetch failed: the server redirects this request, and its redirect mode is 'error'")
}

/**
 * Follows a redirect as `fetch` does (Fetch, HTTP-redirect fetch), but only within the origin of the request (RC-037).
 *
 * @param response the response to `request`
 * @param send sends a request with `redirect: 'manual'`
 * @returns the first response that is not a redirect, which can be `response` itself
 * @throws ContextError `redirected` for a redirect to another origin, or one whose target the runtime hides; nothing is
 *   sent there. TypeError for more than 20 redirects, or a target that is not a URL, as `fetch` does.
 */
export async function followWithinOrigin(
  response: Response,
  request: SentRequest,
  send: (url: URL, init: RequestInit) => Promise<Response>,
): Promise<Response> {
  let last = response
  let { url, method, init } = request
  for (let followed = 0; isRedirect(last); followed++) {
    const location = last.headers.get('location')
    if (location === null && last.type !== 'opaqueredirect') return last
    await last.body?.cancel()
    if (followed === MAX_REDIRECTS) throw new TypeError(`fetch failed: more than ${MAX_REDIRECTS} redirects`)
    const target = targetWithinOrigin(location, url)
    if (becomesGet(last.status, method)) {
      method = 'GET'
      init = withoutBody(init, request.mirrored)
    }
    url = target.href
    last = await send(target, init)
  }
  return last
}

function targetWithinOrigin(location: string | null, from: string): URL {
  if (location === null) {
    throw new ContextError(
      'redirected',
      'the server redirects this request, and this runtime hides the target: the context was not sent there; connect to the URL that the server redirects to',
    )
  }
  const target = parse(location, from)
  const { origin } = parse(from)
  // The origin of a blob: URL is the origin of the page that made it.
  if (target.origin !== origin || !target.protocol.startsWith('http')) {
    // An opaque origin reads 'null'.
    const named = target.origin === 'null' || target.origin === origin ? `a ${target.protocol} URL` : target.origin
    throw new ContextError(
      'redirected',
      `the server at ${origin} redirects this request to ${named}, another origin: the context was not sent there; connect to that origin if it may have the context`,
    )
  }
  if (target.username !== '' || target.password !== '') {
    throw new ContextError(
      'redirected',
      `the server at ${origin} redirects this request to a URL with credentials: the context was not sent there`,
    )
  }
  return target
}

/** Parses a URL. The error of `URL` itself shows the URL, which may hold secrets. */
function parse(url: string, base: string | undefined = globalThis.location?.href): URL {
  try {
    return new URL(url, base)
  } catch {
    throw new TypeError('fetch failed: the server redirects this request to an invalid URL')
  }
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}

function withoutBody(init: SentRequest['init'], mirrored: readonly string[]): SentRequest['init'] {
  const { body: _, ...rest } = init
  const headers = new Headers(init.headers)
  for (const name of [...headers.keys()]) if (name.startsWith('content-')) headers.delete(name)
  for (const name of mirrored) headers.delete(name)
  return { ...rest, method: 'GET', headers }
}

/**
 * Explains a failed request to another origin in a browser. The browser hides from scripts that CORS refused it, and
 * because of which header (Fetch, CORS-preflight fetch).
 *
 * @param names the headers that mirror the request's context
 * @returns a TypeError with `error` as its cause; `error` itself outside a browser, for a request within the page's own
 *   origin, and when it is not a network error
 */
export function explainCorsFailure(error: unknown, url: string, names: readonly string[]): unknown {
  const { origin: page, location } = globalThis
  if (page === undefined || names.length === 0 || !(error instanceof TypeError)) return error
  if (!URL.canParse(url, location?.href)) return error
  const { origin } = new URL(url, location?.href)
  if (origin === page) return error
  return new TypeError(
    `${error.message}: if the console says that CORS refused it, Access-Control-Allow-Headers of ${origin} must name ${names.join(', ')}`,
    { cause: error },
  )
}
