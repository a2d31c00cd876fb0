// What a server sends to its client while it handles a call: in answer to that call, or by itself.
import { tryGetContext } from 'mcp-request-context/server'
import { z } from 'zod'
import { testContext } from '../support/contexts.js'
import type { Extra, TestClient, TestServer } from '../support/sdk.js'
import { bind, type Fields, type Given } from './given.js'

export const orderSchema = z.object({
  method: z.string(),
  /** `call`: by the call's own sender. `view`: by a view of the server. */
  by: z.enum(['call', 'view']),
  /** `context`: the context of the call, or one of the server's own. */
  given: z.enum(['context', 'nothing', 'invalid', 'too large']),
  /** How long to wait for an answer, in milliseconds. */
  timeout: z.number(),
})

/** What the server is to send to the client. */
export type Order = z.infer<typeof orderSchema>

/** The context of the server's own, by that of the call. */
export const ofServer = (fields: Fields): Fields => ({ ...fields, tenant: `server of ${fields.tenant}` })

/** Sends it; what the client refuses it with is part of the answer. */
export async function sendBack(server: TestServer, order: Order, extra: Extra): Promise<object> {
  const { method, by, timeout } = order
  const { mcpReq } = extra
  const related = mcpReq
    ? { request: mcpReq.send, notification: mcpReq.notify }
    : { request: extra.sendRequest, notification: extra.sendNotification }
  const sender = bind(by === 'call' ? (related as TestClient) : server.server, givenBy(order))
  const send = (by === 'call' ? BY_CALL : BY_VIEW)[method] as Send
  try {
    await send(sender, timeout)
    return { context: tryGetContext(testContext) }
  } catch (error) {
    const { name, code, message, data } = error as Error & { code: unknown; data: unknown }
    return { error: { name, code, message, data } }
  }
}

function givenBy({ by, given }: Order): Given {
  if (given !== 'context') return given
  const context = tryGetContext(testContext) as Fields
  return by === 'call' ? context : ofServer(context)
}

type Send = (sender: TestClient, timeout: number) => Promise<unknown>

const request = (method: string, params?: object): Send => {
  return (sender, timeout) => sender.request({ method, ...(params && { params }) }, z.looseObject({}), { timeout })
}

const SAMPLING = { messages: [], maxTokens: 1 }
const MESSAGE = { level: 'error', data: 'm' }
/** The question of an elicitation. */
export const FORM = { mode: 'form', message: 'm', requestedSchema: { type: 'object', properties: {} } }

const BY_CALL: Readonly<Record<string, Send>> = {
  ping: request('ping'),
  'sampling/createMessage': request('sampling/createMessage', SAMPLING),
  'elicitation/create': request('elicitation/create', FORM),
  'roots/list': request('roots/list'),
  'notifications/message': (sender) => sender.notification({ method: 'notifications/message', params: MESSAGE }),
}

const BY_VIEW: Readonly<Record<string, Send>> = {
  // `ping()` takes no timeout.
  ping: request('ping'),
  'sampling/createMessage': (server, timeout) => server.createMessage(SAMPLING, { timeout }),
  'elicitation/create': (server, timeout) => server.elicitInput(FORM, { timeout }),
  'roots/list': (server, timeout) => server.listRoots(undefined, { timeout }),
  'notifications/message': (server) => server.sendLoggingMessage(MESSAGE),
  'notifications/resources/updated': (server) => server.sendResourceUpdated({ uri: 'test:r' }),
  'notifications/resources/list_changed': (server) => server.sendResourceListChanged(),
  'notifications/tools/list_changed': (server) => server.sendToolListChanged(),
  'notifications/prompts/list_changed': (server) => server.sendPromptListChanged(),
}
