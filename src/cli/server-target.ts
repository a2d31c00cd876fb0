import { CannotRun } from './failure.js'

/** A server that can be asked what it advertises. */
export type ServerTarget =
  | { readonly url: URL; readonly headers: Headers }
  | { readonly command: string; readonly args: readonly string[] }

/** The server that a URL names; `undefined` for what is no URL of a server. */
export function urlTarget(source: string, headers: Headers = new Headers()): ServerTarget | undefined {
  if (!/^https?:\/\//i.test(source)) return undefined
  if (!URL.canParse(source)) throw new CannotRun('this URL is not valid: give one such as https://example.com/mcp')
  const url = new URL(source)
  if (url.username !== '' || url.password !== '') {
    throw new CannotRun("take the user and the password out of the URL, and pass --header 'Authorization: Basic ...'")
  }
  return { url, headers }
}

/** What to call a server: without a query, which may hold a secret. */
export function nameOf(target: ServerTarget): string {
  return 'url' in target ? `${target.url.origin}${target.url.pathname}` : target.command
}
