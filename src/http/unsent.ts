/**
 * Says what may be the reason of an error that a browser gives for a request to another origin: it hides from scripts
 * that CORS refused it, and which header for (Fetch, CORS-preflight fetch).
 *
 * @param names the headers that mirror the request's context
 * @returns a TypeError with `error` as its cause; `error` itself outside a browser, for a request within the page's own
 *   origin, and where it is no network error
 */
export function explainUnsent(error: unknown, url: string, names: readonly string[]): unknown {
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
