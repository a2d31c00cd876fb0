/** Where a server keeps the scope of the request being handled: one place for the whole process, however many copies. */
export const SCOPES = Symbol.for('mcp-request-context/scopes@1')

/** The part of Node's AsyncLocalStorage that is needed here. */
interface Storage {
  run<T>(store: undefined, run: () => T): T
}

/**
 * Runs a function as part of no request, even below a handler: what it opens serves other requests too, and Node runs
 * what that brings later as part of the one that opened it.
 */
export function outsideRequests<T>(run: () => T): T {
  const scopes = (globalThis as { [SCOPES]?: Storage })[SCOPES]
  return scopes === undefined ? run() : scopes.run(undefined, run)
}
