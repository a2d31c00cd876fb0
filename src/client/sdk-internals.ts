// Everything of the SDKs' clients that is not public API and that a view depends on. Read in @modelcontextprotocol/sdk
// 1.15.0 to 1.32.2 and @modelcontextprotocol/client 2.0.0 to 2.4.0. The tests in
// test/client/sdk-internals.integration.test.ts fail when a member is no longer there; `npm run test:versions` runs the oldest and the newest version of each.
import type { OutgoingMessage } from '../codec/attach-context.js'
import type { MaybePromise } from '../shared/maybe-promise.js'
import { overlay } from './overlay.js'

/** A method of an SDK object, whatever it takes and returns. */
export type Method = (this: unknown, ...args: unknown[]) => unknown

/**
 * How a view treats a method. Any other method runs with the view as `this`, so that its requests carry the context. A
 * method whose result an SDK caches must be listed: its cache would give the result of one context to another.
 */
type Behavior = 'sends' | 'connects' | 'on the client' | 'listens' | 'calls a tool' | 'is cached' | 'knows tools'

/** The behavior of the methods of `Client` and `Server`. */
export const METHOD_BEHAVIOR: ReadonlyMap<PropertyKey, Behavior> = /* @__PURE__ */ new Map(
  Object.entries({
    // Every verb ends in `request` or `notification`. SDK 2.x sends `server/discover` by `_requestWithSchema`.
    sends: 'request notification _requestWithSchema',
    connects: 'connect',
    // These set up the connection for everybody, so they run on the client itself.
    'on the client':
      'close registerCapabilities setRequestHandler removeRequestHandler setNotificationHandler removeNotificationHandler setVersionNegotiation',
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
  readonly _responseHandlers?: Map<unknown, unknown>
  readonly _progressHandlers?: Map<unknown, unknown>
}
interface SdkTransport {
  readonly send: Method
  /** What sends in the HTTP transports of SDK 2.x. */
  readonly _send?: Method
  /** Transports that have one send a message again once they are authorized. */
  readonly _authProvider?: unknown
}

/** Changes a message that is about to be sent. `undefined` is not to be sent. */
export type Attach = (message: OutgoingMessage) => MaybePromise<OutgoingMessage | undefined>

/**
 * A client for one message: all that it sends passes `attach`, also what an SDK sends again by itself. When `attach` fails,
 * the call rejects with the same error.
 *
 * @returns `undefined` for a client that is not an SDK's
 */
export function attachingClient(client: object, attach: Attach): object | undefined {
  const sdk = client as SdkClient
  if (sdk._responseHandlers === undefined) return undefined
  const transport = () => sdk._transport && attachingTransport(sdk._transport, sdk, attach)
  return overlay(client, {
    get _transport() {
      return transport()
    },
    // `listen` of SDK 2.x sends by the public member.
    get transport() {
      return transport()
    },
  })
}

function attachingTransport(transport: SdkTransport, client: SdkClient, attach: Attach): SdkTransport {
  const sendsAgain = transport._authProvider !== undefined
  const name = sendsAgain && transport._send !== undefined ? '_send' : 'send'
  const send = transport[name] as Method
  async function attachAndSend(this: unknown, message: OutgoingMessage, ...rest: unknown[]): Promise<unknown> {
    let attached: MaybePromise<OutgoingMessage | undefined>
    try {
      attached = attach(message)
      if (attached instanceof Promise) attached = await attached
    } catch (error) {
      // SDK 1.x forgets a request when it is answered or cancelled, but not when it could not be sent.
      const { id } = message as { id?: unknown }
      client._responseHandlers?.delete(id)
      client._progressHandlers?.delete(id)
      throw error
    }
    // A transport that sends again calls its own method. Any other may have private members, which a Proxy has not.
    return attached && send.call(sendsAgain ? this : transport, attached, ...rest)
  }
  return overlay(transport, { [name]: attachAndSend })
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

function methodsOf(client: object): Readonly<Record<string, (...args: unknown[]) => unknown>> {
  return client as never
}

function intercept(client: object, name: string, by: (method: Method, args: unknown[]) => unknown): void {
  const method = (client as Record<string, Method | undefined>)[name]
  if (method === undefined) return
  const value: Method = (...args) => by(method, args)
  Object.defineProperty(client, name, { value, configurable: true, writable: true })
}

/**
 * An object with the client as its prototype, whose requests are sent by the client, and with empty collections in place of those in which SDK 1.x keeps what
 * `tools/list` said (`_cachedToolOutputValidators` and the like), filled from this listing.
 */
export function withToolMetadata(client: object, tools: readonly object[]): object {
  const request: Method = (...args) => (client as { request: Method }).request(...args)
  const store: object = Object.create(client, { request: { value: request } })
  for (const [name, value] of Object.entries(client)) {
    if (!name.startsWith('_cached') || !(value instanceof Map || value instanceof Set)) continue
    Object.defineProperty(store, name, { value: value instanceof Map ? new Map() : new Set() })
  }
  ;(store as { cacheToolMetadata?: Method }).cacheToolMetadata?.(tools)
  return store
}
