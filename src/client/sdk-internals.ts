// Everything of the SDKs' clients that is not public API and that a view depends on. Read in @modelcontextprotocol/sdk
// 1.15.0 to 1.32.2 and @modelcontextprotocol/client 2.0.0 to 2.4.0. sdk-internals.integration.test.ts fails when a member
// is no longer there. `npm run test:versions` runs the oldest and the newest version of each.
import type { OutgoingMessage } from '../codec/attach-context.js'
import type { MaybePromise } from '../shared/maybe-promise.js'
import { intercept, type Method, methodsOf, overlay, standIn } from './overlay.js'

/**
 * How a view treats a method. Any other method runs with the view as `this`, so that its requests carry the context. A
 * method whose result an SDK caches must be listed: its cache would give the result of one context to another.
 */
type Behavior = 'sends' | 'on the client' | 'listens' | 'calls a tool' | 'is cached' | 'knows tools'

/** The behavior of the methods of `Client` and `Server`. */
export const METHOD_BEHAVIOR: ReadonlyMap<PropertyKey, Behavior> = /* @__PURE__ */ new Map(
  Object.entries({
    // Every verb ends in `request` or `notification`. SDK 2.x sends `server/discover` by `_requestWithSchema`.
    sends: 'request notification _requestWithSchema',
    // These act on the connection of everybody, so they run on the client itself, and outside of the request at hand.
    'on the client': 'connect close setRequestHandler setNotificationHandler',
    listens: 'listen',
    'calls a tool': 'callTool',
    // Methods of (params, options). SDK 2.x caches their results without regard to `_meta`.
    'is cached': 'listTools listPrompts listResources listResourceTemplates readResource _readResource',
    // SDK 1.x remembers with these what `tools/list` said, and looks it up.
    'knows tools': 'cacheToolMetadata getToolOutputValidator isToolTask isToolTaskRequired',
  } satisfies Record<Behavior, string>).flatMap(([behavior, names]) =>
    names.split(' ').map((name): [string, Behavior] => [name, behavior as Behavior]),
  ),
)

/** The private members of a client and its transport that a message passes. */
interface SdkClient {
  readonly _transport?: SdkTransport
  /** Every request of SDK 2.x ends in this method, the further rounds of `input_required` too. */
  readonly _requestWithSchemaViaCodec?: Method
  /** Where SDK 2.x looks a tool up that it calls. */
  readonly _cache?: ToolCache
}

/** A transport of either SDK. */
export interface SdkTransport {
  readonly send: Method
  /** What sends in the HTTP transports of SDK 2.x. */
  readonly _send?: Method
  /** Transports that have one send a message again once they are authorized. */
  readonly _authProvider?: unknown
}

/**
 * A request that is never sent, so nothing answers it. It ends as the SDK ends such a request, with the SDK's own error: by
 * its timeout, by its signal, or when the connection ends. Nothing is left of it then.
 *
 * @param client of an SDK. With any other, it ends by its signal alone
 * @param schema SDK 2.x wants a Standard Schema of the result
 */
export async function requestWithoutAnswer(
  client: object,
  method: string,
  schema: unknown,
  options: { readonly timeout?: number | undefined; readonly signal: AbortSignal },
): Promise<never> {
  let protocol: { request?: Method } | null = client
  // A subclass, or somebody who replaced the method, would send something.
  while (protocol !== null && !Object.hasOwn(protocol, '_setupTimeout')) protocol = Object.getPrototypeOf(protocol)
  const silent: object = Object.create(client, {
    _transport: { value: { send: async () => {} } },
    // No message of the client has this id, and no peer can guess it.
    _requestMessageId: { value: -Math.random(), writable: true },
  })
  const { signal } = options
  if (protocol !== null) await protocol.request?.call(silent, { method }, schema, options)
  else if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  throw signal.reason
}

/** Makes a message anew that an SDK is about to send again. */
export type Refresh = (message: OutgoingMessage) => MaybePromise<OutgoingMessage>

/**
 * A client whose next message of a method is sent as it is, and made anew before the SDK sends it again: in a further round
 * of `input_required` (2.x), or after the transport has authorized anew (RC-021). It is for one message.
 */
export function refreshOnRetry(client: object, method: string, refresh: Refresh): object {
  const { _transport: transport, _requestWithSchemaViaCodec: rounds } = client as SdkClient
  // SDK 1.x sends a message again only where it authorizes.
  if (transport === undefined || !(rounds || transport._authProvider)) return client
  return overlay(client, { _transport: refreshingTransport(transport, method, refresh) })
}

/** The same for the transport alone. */
export function refreshingTransport<T extends SdkTransport>(transport: T, method: string, refresh: Refresh): T {
  // A transport that authorizes sends a message again by its own `send` (1.x) or `_send` (2.x).
  const name = '_send' in transport ? '_send' : 'send'
  let isSent = false
  async function send(this: unknown, message: OutgoingMessage, ...rest: unknown[]): Promise<unknown> {
    const isRepeated = isSent && message.method === method
    isSent ||= message.method === method
    const next = isRepeated ? await refresh(message) : message
    return transport[name]?.call(transport._authProvider ? this : transport, next, ...rest)
  }
  return overlay(transport, { [name]: send })
}

/** What is known of the lists of a client's server. */
export interface Lists {
  /** How often the server said that a list has changed. */
  changes: number
  /** The view that lists again after a change. Without one, the client does. */
  lister: object | undefined
}

const listsOf = /* @__PURE__ */ new WeakMap<object, Lists>()

/**
 * Counts `list_changed` of a client's server, and lets the lister list again. SDK 1.x sets its handlers up once and for all,
 * so they look for the lister when they list.
 */
export function watchLists(client: object): Lists {
  const known = listsOf.get(client)
  if (known !== undefined) return known
  const lists: Lists = { changes: 0, lister: undefined }
  listsOf.set(client, lists)
  const by = (name: string) => [name, (...args: unknown[]) => methodsOf(lists.lister ?? client)[name]?.(...args)]
  const relisting = overlay(client, Object.fromEntries(['listTools', 'listPrompts', 'listResources'].map(by)))
  intercept(client, '_setupListChangedHandlers', (setUp, args) => setUp.apply(relisting, args))
  intercept(client, '_onnotification', (receive, args) => {
    if ((args[0] as OutgoingMessage).method.endsWith('/list_changed')) lists.changes++
    return receive.apply(client, args)
  })
  return lists
}

/**
 * What `callTool` of SDK 1.x runs on, where a view has listed the tools. It has collections of its own in place of those in
 * which the SDK keeps what `tools/list` said (`_cachedToolOutputValidators` and the like), filled from this listing.
 */
export function withToolMetadata(client: object, tools: readonly object[]): object {
  const store: Record<string, unknown> = Object.create(standIn(client))
  for (const [name, value] of Object.entries(client)) {
    if (!name.startsWith('_cached')) continue
    if (value instanceof Map || value instanceof Set) store[name] = value instanceof Map ? new Map() : new Set()
  }
  methodsOf(store).cacheToolMetadata?.(tools)
  return store
}

/** A view, and what `tools/list` said to it. */
interface ToolView {
  readonly proxy: object
  readonly tools: { readonly definitions: ReadonlyMap<unknown, unknown> } | undefined
}

interface ToolCache {
  toolDefinition(name: string): Promise<unknown>
  outputValidator(name: string, compile: (tool: unknown) => unknown): Promise<unknown>
}

class ViewToolCache implements ToolCache {
  constructor(
    readonly view: ToolView,
    readonly cache: ToolCache,
  ) {}

  async toolDefinition(name: string): Promise<unknown> {
    const { tools } = this.view
    return tools === undefined ? this.cache.toolDefinition(name) : tools.definitions.get(name)
  }

  async outputValidator(name: string, compile: (tool: unknown) => unknown): Promise<unknown> {
    const { tools } = this.view
    if (tools === undefined) return this.cache.outputValidator(name, compile)
    const tool = tools.definitions.get(name)
    return tool && compile(tool)
  }

  async evict(): Promise<void> {}
}

/**
 * What `callTool` of SDK 2.x runs on: it looks the tool up in the view's listing, where there is one. After a HeaderMismatch
 * the SDK lists the tools again and repeats the call: the view lists them, and knows them from then on.
 *
 * @param isSdkMethod whether it is the SDK's own method, which sets no member. What another sets is set on the client
 * @returns the client itself, where it is one of SDK 1.x or nothing differs
 */
export function withToolCache(client: object, view: ToolView, isSdkMethod: boolean): object {
  const { _cache: cache } = client as SdkClient
  if (cache === undefined) return client
  // Only on 2026-07-28 are tools listed again.
  if (view.tools === undefined && methodsOf(client).getProtocolEra?.() !== 'modern') return client
  const _cache = new ViewToolCache(view, cache)
  const listTools: Method = (...args) => methodsOf(view.proxy).listTools?.(...args)
  if (!isSdkMethod) return overlay(client, { _cache, listTools })
  const host: Record<string, unknown> = Object.create(standIn(client))
  host._cache = _cache
  host.listTools = listTools
  return host
}
