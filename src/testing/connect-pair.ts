import { ContextError } from '../errors/context-error.js'
import { type LinkedTransport, linkedTransports } from './linked-transports.js'
import type { PairOptions, SentMessage } from './request-extra.js'

declare global {
  /** TypeScript has it in `lib.esnext.disposable` alone, which not everyone's `lib` lists. */
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
}

/** A `Server` or `McpServer` of either SDK major, or anything else that connects a transport to a server. */
export interface PairServer {
  connect(transport: LinkedTransport): unknown
}

/** A `Client` of either SDK major, or a view of one. */
export interface PairClient {
  connect(transport: LinkedTransport): Promise<void>
  getServerCapabilities(): unknown
}

/** A server and a client that are connected in memory. */
export interface ConnectedPair {
  /** What each side has sent so far, the handshake included, in order: copies that nobody else holds. */
  readonly sent: { readonly client: readonly SentMessage[]; readonly server: readonly SentMessage[] }
  /** Closes the connection on both sides. The server and the client can then be connected anew. */
  close(): Promise<void>
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

// Node 20.0 and some browsers have no such symbol; what compilers make of `await using` then looks for this one.
const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

/**
 * Connects a server and a client in memory, for a test: the real ones, with all that is installed on them, each of either
 * SDK major. They share no more than two processes do; {@link linkedTransports} says how they are connected. A pair that
 * is never closed keeps no process alive. For a function below a handler, `runWithContext` of
 * `mcp-request-context/server` is enough.
 *
 * A server of SDK 2.x speaks protocol 2026-07-28 only behind `serveStdio` or `createMcpHandler`: on one that is handed in
 * as such, the client falls back to `initialize`. For 2026-07-28 in memory, hand in
 * `{ connect: (transport) => serveStdio(makeServer, { transport }) }`, which hands on no `headers` and no `authInfo`.
 *
 * @param server a `Server` or `McpServer` that is not connected
 * @param client a `Client`, or a view of one, that is not connected
 * @param options what comes with each message of the client
 * @returns the pair, once the handshake is done. Where `connect()` of either side fails, both are closed, and it rejects
 *   with the same error
 * @throws ContextError `invalid_definition` for another argument or option, `already_connected` for a server or a client
 *   that is connected
 * @throws TypeError for headers that `new Headers()` does not take
 * @example
 * const client = createContextClient(new Client({ name: 'test', version: '1.0.0' }), requestContext)
 * const pair = await connectPair(makeServer(), client)
 * const { content } = await client.withContext({ tenant: 'acme' }).callTool({ name: 'whoami' })
 * expect(content).toEqual([{ type: 'text', text: 'acme' }])
 * await pair.close()
 */
export async function connectPair(
  server: PairServer,
  client: PairClient,
  options: PairOptions = {},
): Promise<ConnectedPair> {
  checkSides(server, client)
  const ends = linkedTransports(options)
  const close = () => ends.client.close()
  try {
    await server.connect(ends.server)
    await client.connect(ends.client)
  } catch (error) {
    await close()
    throw error
  }
  return { sent: { client: ends.client.sent, server: ends.server.sent }, close, [ASYNC_DISPOSE]: close }
}

/** Either side, as far as it is looked at here; an `McpServer` has its `Server` within it. */
interface Side {
  readonly connect?: unknown
  readonly getServerCapabilities?: unknown
  readonly transport?: unknown
  readonly server?: Side
}

function checkSides(server: PairServer, client: PairClient): void {
  if (isClient(server) && canConnect(client) && !isClient(client)) {
    throw refused('the arguments are swapped: the server comes first')
  }
  if (!canConnect(server) || isClient(server)) {
    throw refused('server is not a Server or an McpServer: it must have connect(), and no getServerCapabilities()')
  }
  if (!isClient(client)) {
    throw refused('client is not a Client or a view of one: it must have connect() and getServerCapabilities()')
  }
  if (isConnected(server)) throw alreadyConnected('server')
  if (isConnected(client)) throw alreadyConnected('client')
}

function canConnect(side: unknown): side is Side {
  return typeof (side as Side | undefined)?.connect === 'function'
}

function isClient(side: unknown): boolean {
  return canConnect(side) && typeof side.getServerCapabilities === 'function'
}

function isConnected(side: Side): boolean {
  return (side.transport ?? side.server?.transport) !== undefined
}

function refused(why: string): ContextError {
  return new ContextError('invalid_definition', `connectPair(server, client): ${why}`)
}

function alreadyConnected(side: string): ContextError {
  return new ContextError(
    'already_connected',
    `connectPair(server, client): the ${side} is connected already; close it first, or make one for each test`,
  )
}
