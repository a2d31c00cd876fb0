import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Subject } from './rounds.js'

/** Where the copies of the package meet, and keep the scope of the request at hand. */
const SCOPES = Symbol.for('mcp-request-context/scopes@1')

/**
 * A subject in a process that has no `AsyncLocalStorage`. On Node 20 a first `run()` slows down every promise of the
 * process from then on, those of calls without a context too; `disable()` takes that back, but for about 3%.
 */
export function withoutScopes(subject: Subject): Subject {
  const scopes = () => (globalThis as { [SCOPES]?: AsyncLocalStorage<unknown> })[SCOPES]
  return {
    ...subject,
    before: () => scopes()?.disable(),
    // Switched on again here, so that the next subject does not pay for it.
    after: () => scopes()?.run(undefined, () => {}),
  }
}
