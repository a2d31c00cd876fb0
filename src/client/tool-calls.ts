import { getOwn } from '../shared/get-own.js'
import type { Method } from './overlay.js'
import { watchLists, withToolMetadata } from './sdk-internals.js'

/** The options that the SDKs take last, as far as they are read here. */
type Options = Readonly<Record<string, unknown>> | undefined

/**
 * The `callTool` of a client, where it is the SDK's own. A subclass may override it, so its method runs on the view. The
 * SDK's own class is the one whose parent has `request`.
 */
export function sdkCallTool(client: object): Method | undefined {
  for (let holder: object | null = client; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (!Object.hasOwn(holder, 'callTool')) continue
    const parent: object | null = Object.getPrototypeOf(holder)
    const isSdkClass = parent !== null && Object.hasOwn(parent, 'request')
    return isSdkClass ? (holder as { callTool: Method }).callTool : undefined
  }
  return undefined
}

/**
 * What `tools/list` said of the tools under one context: output schemas and the like, which an SDK client checks later
 * calls against. It is a result like any other, so each view keeps its own, and the client's stays as it was.
 */
export interface ToolMetadata {
  /** What `callTool` of SDK 1.x runs on. */
  readonly store: object
  readonly definitions: ReadonlyMap<unknown, unknown>
  /** Whether the server said since then that the list has changed. */
  isStale(): boolean
}

function toolMetadata(client: object, listing: unknown, isStale: () => boolean): ToolMetadata {
  const listed = getOwn(listing, 'tools')
  const tools: readonly object[] = Array.isArray(listed) ? listed : []
  return {
    store: withToolMetadata(client, tools),
    definitions: new Map(tools.map((tool) => [getOwn(tool, 'name'), tool])),
    isStale,
  }
}

/**
 * A method of `(params, options)` that goes past the response cache of SDK 2.x. The cache ignores `_meta`, so it would
 * give the result of one context to another (RC-050). A caller who sets `cacheMode: 'use'` gets the cache.
 */
export function bypassCache(method: Method): Method {
  return function (params, options) {
    const given = options as Options
    // A 'refresh' is bypassed too: it would store this result for everybody.
    const cacheMode = given?.cacheMode === 'use' ? 'use' : 'bypass'
    return method.call(this, params, { ...given, cacheMode })
  }
}

/** `listTools` of a view: it goes past the cache, and what it says is remembered. */
export function listAndLearn(listTools: Method, client: object, learn: (tools: ToolMetadata) => void): Method {
  const list = bypassCache(listTools)
  return async function (params, ...rest) {
    const lists = watchLists(client)
    const { changes } = lists
    const listing = await list.call(this, params, ...rest)
    // A page is not the whole listing. SDK 2.x learns nothing from one either.
    if (getOwn(params, 'cursor') === undefined) learn(toolMetadata(client, listing, () => lists.changes !== changes))
    return listing
  }
}
