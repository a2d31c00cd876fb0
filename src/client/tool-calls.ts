import { getOwn } from '../shared/get-own.js'
import { HEADER_MISMATCH } from '../wire/constants.js'
import { type Method, watchLists, withToolMetadata } from './sdk-internals.js'

/** What is needed of a client to call a tool. */
export interface ToolClient {
  callTool: Method
  request: Method
  listTools(params: undefined, options: object): Promise<unknown>
  /** SDK 2.x alone has it. */
  getProtocolEra(): unknown
}

/** The options that the SDKs take last, as far as they are read here. */
export type Options = Readonly<Record<string, unknown>> | undefined

/**
 * The `callTool` of a client, where it is the SDK's own. A subclass may override it, so its method runs on the view. The
 * SDK's own class is the one whose parent has `request`.
 */
export function sdkCallTool(client: object): Method | undefined {
  for (let holder: object | null = client; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (!Object.hasOwn(holder, 'callTool')) continue
    const parent: object | null = Object.getPrototypeOf(holder)
    const isSdkClass = parent !== null && Object.hasOwn(parent, 'request')
    return isSdkClass ? (holder as ToolClient).callTool : undefined
  }
  return undefined
}

/**
 * What `tools/list` said of the tools under one context: output schemas and the like, which an SDK client checks later
 * calls against. It is a result like any other, so each view keeps its own, and the client's stays as it was.
 */
export interface ToolMetadata {
  /** SDK 1.x reads it from collections on the client: this object stands in for the client. */
  readonly store: object
  /** SDK 2.x takes a tool's definition with the call. */
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

/** A view, and what it knows of the tools. */
interface ToolView {
  readonly proxy: object
  readonly tools: ToolMetadata | undefined
}

/**
 * `callTool` of SDK 2.x with the tool's definition from the view's own listing.
 *
 * @param client what `callTool` runs on
 * @param view lists the tools again
 * @param args the arguments of `callTool`
 */
export function callToolOfSdk2(
  callTool: Method,
  client: ToolClient,
  view: ToolView,
  args: readonly unknown[],
): unknown {
  if ((args[1] as Options)?.toolDefinition !== undefined) return callTool.apply(client, [...args])
  const given = withToolDefinition(view.tools, args)
  if (client.getProtocolEra() !== 'modern') return callTool.apply(client, given)
  return (callTool.apply(hidingMismatch(client), given) as Promise<unknown>).catch((error) => {
    if (error instanceof HiddenMismatch) return repeatCall(callTool, client, view, args)
    throw error
  })
}

function withToolDefinition(tools: ToolMetadata | undefined, args: readonly unknown[]): unknown[] {
  const [params, options, ...rest] = args
  const toolDefinition = definitionOf(tools, params)
  return toolDefinition === undefined ? [...args] : [params, { ...(options as object), toolDefinition }, ...rest]
}

function definitionOf(tools: ToolMetadata | undefined, params: unknown): unknown {
  return tools?.definitions.get(getOwn(params, 'name'))
}

/**
 * After a HeaderMismatch, SDK 2.x drops the client's listing, lists the tools again, and repeats the call. A view has a
 * listing of its own, so it does this itself, and hides the error from the SDK meanwhile.
 */
async function repeatCall(callTool: Method, client: ToolClient, view: ToolView, args: readonly unknown[]) {
  const [params, options, ...rest] = args
  const { signal, timeout } = (options ?? {}) as NonNullable<Options>
  // Without a listing, the second call shows whether it mattered.
  await (view.proxy as ToolClient).listTools(undefined, { signal, timeout }).catch(() => {})
  // With a definition, even an empty one, the SDK does not list the tools once more.
  const toolDefinition = definitionOf(view.tools, params) ?? {}
  return callTool.call(client, params, { ...(options as object), toolDefinition }, ...rest)
}

/** What a HeaderMismatch is hidden in: without its code, it does not start the SDK's own recovery. */
class HiddenMismatch {
  constructor(readonly cause: unknown) {}
}

const hidingClients = /* @__PURE__ */ new WeakMap<object, ToolClient>()

/** An object with the client as its prototype, whose requests hide a HeaderMismatch. There is one for each client. */
function hidingMismatch(client: ToolClient): ToolClient {
  const known = hidingClients.get(client)
  if (known !== undefined) return known
  const request: Method = (...args) =>
    (client.request(...args) as Promise<unknown>).catch((error) => {
      throw error?.code === HEADER_MISMATCH ? new HiddenMismatch(error) : error
    })
  const made: ToolClient = Object.create(client, { request: { value: request } })
  hidingClients.set(client, made)
  return made
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
