// A server of either SDK major, behind what the suite's server needs of it.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { McpServer as McpServerV1, ResourceTemplate as TemplateV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { McpServer as McpServerV2, ResourceTemplate as TemplateV2 } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { EventStore } from './event-store.js'

export type Major = 1 | 2

/** The call that a handler answers. */
export interface Call {
  readonly progressToken: string | number | undefined
  notify(method: string, params: object): Promise<void>
  ask(method: string, params: object): Promise<unknown>
  /** Ends the stream of the call, as a server does that lets its client poll. */
  closeStream(): void
}

export interface Kit {
  tool<S extends z.ZodObject>(
    name: string,
    schema: S,
    answer: (given: z.infer<S>, call: Call) => object | Promise<object>,
  ): void
  resource(name: string, uri: string, mimeType: string, contents: object): void
  template(name: string, uri: string, json: (variables: Record<string, unknown>) => string): void
  prompt(
    name: string,
    args: Record<string, z.ZodString>,
    answer: (given: Record<string, string | undefined>) => object,
  ): void
  /** Answers a method that the server of the SDK does not answer by itself. */
  handle(method: string, answer: () => object): void
}

type Handler = (...args: never[]) => unknown

/** The server of either major, as far as it is used here. */
export interface SuiteServer {
  readonly server: { fallbackRequestHandler?: (request: { method: string }, extra: object) => Promise<object> }
  registerTool(name: string, config: object, handler: Handler): unknown
  registerResource(name: string, uri: unknown, config: object, handler: Handler): unknown
  registerPrompt(name: string, config: object, handler: Handler): unknown
  connect(transport: SuiteTransport): Promise<void>
  close(): Promise<void>
}

export interface SuiteTransport {
  start(): Promise<void>
  send(message: unknown): Promise<void>
  handleRequest(request: IncomingMessage, response: ServerResponse, body?: unknown): Promise<void>
  onclose?: (() => void) | undefined
}

const INFO = { name: 'conformance', version: '1.0.0' }

export function newServer(major: Major, capabilities: object): SuiteServer {
  const Server = major === 1 ? McpServerV1 : McpServerV2
  return new Server(INFO, { capabilities }) as unknown as SuiteServer
}

/** A transport for one session; `started` is told its id. */
export function newTransport(major: Major, started: (id: string) => void): SuiteTransport {
  const Transport = major === 1 ? StreamableHTTPServerTransport : NodeStreamableHTTPServerTransport
  return new Transport({
    sessionIdGenerator: randomUUID,
    eventStore: new EventStore(),
    retryInterval: 500,
    onsessioninitialized: started,
  }) as unknown as SuiteTransport
}

/** The kit of a server; `handling` is told of each request that reaches a handler, with the handler's own argument. */
export function kitOf(major: Major, server: SuiteServer, handling: (extra: object) => void): Kit {
  const Template = major === 1 ? TemplateV1 : TemplateV2
  const handlers = new Map<string, () => object>()
  server.server.fallbackRequestHandler = async ({ method }, extra) => {
    handling(extra)
    const handler = handlers.get(method)
    if (handler === undefined) throw new Error(`there is no ${method}`)
    return handler()
  }
  return {
    tool(name, inputSchema, answer) {
      server.registerTool(name, { description: name, inputSchema }, async (given: never, extra: object) => {
        handling(extra)
        return answer(given, callOf(major, extra))
      })
    },
    resource(name, uri, mimeType, contents) {
      server.registerResource(name, uri, { title: name, mimeType }, async (_: URL, extra: object) => {
        handling(extra)
        return { contents: [{ uri, mimeType, ...contents }] }
      })
    },
    template(name, uri, json) {
      const mimeType = 'application/json'
      const template = new Template(uri, { list: undefined })
      server.registerResource(
        name,
        template,
        { title: name, mimeType },
        async (uri: URL, variables: never, extra: object) => {
          handling(extra)
          return { contents: [{ uri: uri.href, mimeType, text: json(variables) }] }
        },
      )
    },
    prompt(name, args, answer) {
      // SDK 1 takes the members of an object schema, SDK 2 the schema.
      const argsSchema = major === 1 ? args : z.object(args)
      server.registerPrompt(name, { description: name, argsSchema }, async (given: never, extra: object) => {
        handling(extra)
        return answer(given)
      })
    },
    handle(method, answer) {
      handlers.set(method, answer)
    },
  }
}

interface ExtraV1 {
  _meta?: { progressToken?: string | number }
  sendNotification(notification: object): Promise<void>
  sendRequest(request: object, schema: object): Promise<unknown>
  closeSSEStream?(): void
}

interface ExtraV2 {
  mcpReq: {
    _meta?: { progressToken?: string | number }
    notify(notification: object): Promise<void>
    send(request: object): Promise<unknown>
  }
  http?: { closeSSE?(): void }
}

function callOf(major: Major, extra: object): Call {
  if (major === 1) {
    const call = extra as ExtraV1
    return {
      progressToken: call._meta?.progressToken,
      notify: (method, params) => call.sendNotification({ method, params }),
      ask: (method, params) => call.sendRequest({ method, params }, ResultSchema),
      closeStream: () => call.closeSSEStream?.(),
    }
  }
  const { mcpReq, http } = extra as ExtraV2
  return {
    progressToken: mcpReq._meta?.progressToken,
    notify: (method, params) => mcpReq.notify({ method, params }),
    ask: (method, params) => mcpReq.send({ method, params }),
    closeStream: () => http?.closeSSE?.(),
  }
}
