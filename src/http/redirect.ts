import { ContextError } from '../core/error.js'

/** The most redirects that are followed for one request (Fetch, HTTP-redirect fetch). */
const MOST_REDIRECTS = 20

/** Fetch, redirect status. */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/** A request that carries a context, as it was sent. */
export interface SentRequest {
  readonly url: string
  readonly method: string
  /** All that is sent again when it is repeated, with `redirect: 'manual'`. */
  readonly init: RequestInit & { readonly headers: Headers }
  /** The names of its context headers: they stay behind where the body does. */
  readonly mirrored: readonly string[]
}

export function isRedirect({ status, type }: Response): boolean {
  return status === 0 ? type === 'opaqueredirect' : REDIRECTS.includes(status)
}

/** What `fetch` answers under `redirect: 'error'`. */
export async function refuseRedirect(response: Response): Promise<never> {
  await response.body?.cancel()
  throw new TypeError("fetch failed: the server redirects this request, and its redirect mode is 'error'")
}

/**
 * Follows a redirect as `fetch` does (Fetch, HTTP-redirect fetch), but only within the origin that was asked.
 *
 * @param response the answer to `request`
 * @param send sends a request under `redirect: 'manual'`
 * @returns the first answer that redirects no further, `response` itself where it does not
 * @throws ContextError `redirected` for a redirect to another origin, or one whose target the runtime hides; nothing is
 *   sent there. TypeError for more than 20 redirects, or one to what is no URL, as `fetch` does.
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
    if (followed === MOST_REDIRECTS) throw new TypeError(`fetch failed: more than ${MOST_REDIRECTS} redirects`)
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
      'the server redirects this request, and this runtime does not tell where to: its context was not sent there; connect to the URL that the server redirects to',
    )
  }
  const target = parse(location, from)
  const { origin } = parse(from)
  // The origin of a blob: URL is that of its maker.
  if (target.origin !== origin || !target.protocol.startsWith('http')) {
    // An origin that is opaque reads 'null'.
    const named = target.origin === 'null' || target.origin === origin ? `a ${target.protocol} URL` : target.origin
    throw new ContextError(
      'redirected',
      `the server at ${origin} redirects this request to ${named}, another origin: its context was not sent there; connect to that origin if it may have it`,
    )
  }
  if (target.username !== '' || target.password !== '') {
    throw new ContextError(
      'redirected',
      `the server at ${origin} redirects this request to a URL with credentials: its context was not sent there`,
    )
  }
  return target
}

/** The error of `URL` holds the URL, and that may hold secrets. */
function parse(url: string, base: string | undefined = globalThis.location?.href): URL {
  try {
    return new URL(url, base)
  } catch {
    throw new TypeError('fetch failed: the server redirects this request to what is no URL')
  }
}

/** A GET or a HEAD stays what it is; neither has the body that a context is in. */
function becomesGet(status: number, method: string): boolean {
  return status === 303 || ((status === 301 || status === 302) && method === 'POST')
}

function withoutBody(init: SentRequest['init'], mirrored: readonly string[]): SentRequest['init'] {
  const { body: _, ...rest } = init
  const headers = new Headers(init.headers)
  for (const name of [...headers.keys()]) if (name.startsWith('content-')) headers.delete(name)
  for (const name of mirrored) headers.delete(name)
  return { ...rest, method: 'GET', headers }
}
