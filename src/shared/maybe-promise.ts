/**
 * A value, or a promise of it. Returned by steps that are synchronous unless a schema or a source is asynchronous, so that
 * a request with plain values leaves in the same tick.
 */
export type MaybePromise<T> = T | Promise<T>

/**
 * Whether a value that somebody else made is a promise, of any library. What this package makes itself is a `Promise`:
 * there, `instanceof` is enough.
 */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/**
 * Continues with a value: now, or once its promise is fulfilled.
 *
 * @returns what `next` returns, or a promise of it
 */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value)
}

/**
 * Calls a function with each item, and waits for all that it returns. What it throws is a rejection, so that no promise of
 * another item is left to nobody.
 */
export function mapAll<T, U>(items: readonly T[], call: (item: T) => MaybePromise<U>): MaybePromise<U[]> {
  const results = items.map((item) => {
    try {
      return call(item)
    } catch (error) {
      return Promise.reject(error)
    }
  })
  return results.some(isPromise) ? Promise.all(results) : (results as U[])
}
