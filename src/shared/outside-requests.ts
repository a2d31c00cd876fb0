import { sharedEntry } from './registry.js'

/** The part of Node's AsyncLocalStorage that both sides need. */
export interface ScopeStorage<Scope> {
  run<T, A extends unknown[]>(scope: Scope | undefined, fn: (...args: A) => T, ...args: A): T
  getStore(): Scope | undefined
}

/** Holds the storage of the scopes once a server has made it. Browsers have none, and need none. */
const holder = /* @__PURE__ */ sharedEntry<{ storage?: ScopeStorage<unknown> }>('scopes', () => ({}))

/** The storage of the scope of the request at hand, one for the whole process. The first copy that needs it makes it. */
export function scopeStorage<Scope>(make: () => ScopeStorage<Scope>): ScopeStorage<Scope> {
  holder.storage ??= make()
  return holder.storage as ScopeStorage<Scope>
}

/** A callback that runs in the scope of the request at hand, whatever calls it later. */
export function inThisScope<A extends unknown[], T>(callback: (...args: A) => T): (...args: A) => T {
  const { storage } = holder
  if (storage === undefined) return callback
  const scope = storage.getStore()
  return (...args) => storage.run(scope, callback, ...args)
}

/**
 * Runs a function outside of any request, even when it is called below a handler. Use it to open what serves other
 * requests too: Node runs the callbacks of a connection in the scope that the connection was opened in.
 */
export function outsideRequests<T>(fn: () => T): T {
  return holder.storage === undefined ? fn() : holder.storage.run(undefined, fn)
}
