import type { Method, Options } from './method.js'

/**
 * A method of `(params, options)` as a view runs it, past the response cache of SDK 2.x, which knows nothing of `_meta`:
 * it would hand the result of one context to another. A caller who says `cacheMode: 'use'` gets the cache.
 */
export function uncached(method: Method): Method {
  return function (this: unknown, params, options) {
    return method.call(this, params, bypassCache(options as Options))
  }
}

/** A refresh would store one context's result for everybody; a bypass asks the server just as well. */
function bypassCache(options: Options): Options {
  return options?.cacheMode === 'use' ? options : { ...options, cacheMode: 'bypass' }
}
