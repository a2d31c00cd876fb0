// The tools that the claims call, on a server of either SDK major.
import { setTimeout as sleep } from 'node:timers/promises'
import { type ContextCapableClient, createContextClient } from 'mcp-request-context/client'
import {
  type ContextCapableServer,
  getContext,
  getHttpHeaders,
  type InstallOptions,
  installContext,
  readContext,
  tryGetContext,
} from 'mcp-request-context/server'
import { requestContext } from './context.js'

interface ToolServer extends ContextCapableServer {
  registerTool(name: string, config: object, handler: (extra: object) => Promise<ToolAnswer>): unknown
  readonly server: Sender
}

interface Sender extends ContextCapableClient {
  createMessage(params: object): Promise<unknown>
  fallbackNotificationHandler?: (notification: { method: string }) => Promise<void>
}

interface ToolAnswer {
  content: { type: 'text'; text: string }[]
}

const answer = (value: unknown): ToolAnswer => ({
  content: [{ type: 'text', text: JSON.stringify(value) ?? 'null' }],
})

/** Installs the context and registers the tools. Both majors have what is used here, under other types. */
export function setUp<S extends object>(server: S, options: InstallOptions = { required: true }): S {
  const tools = server as ToolServer
  installContext(tools, requestContext, options)
  const notified: unknown[] = []
  tools.server.fallbackNotificationHandler = async ({ method }) => {
    notified.push([method, tryGetContext(requestContext)?.tenant ?? null])
  }
  tools.registerTool('read', {}, async (extra) =>
    answer([getContext(requestContext), readContext(requestContext, extra)]),
  )
  tools.registerTool('wait', {}, async () => {
    const before = getContext(requestContext).tenant
    await sleep(Math.random() * 20)
    return answer([before, getContext(requestContext).tenant])
  })
  tools.registerTool('headers', {}, async () => answer([...getHttpHeaders()].filter(([name]) => name.startsWith('x-'))))
  tools.registerTool('notified', {}, async () => answer(notified))
  tools.registerTool('ask', {}, async () => {
    const { tenant } = getContext(requestContext)
    const view = createContextClient(tools.server, requestContext).withContext({ tenant: `${tenant} asks` })
    return answer(await view.createMessage({ messages: [], maxTokens: 1 }))
  })
  return server
}
