// A message as a server gets it: the middleware on a transport of which the other end is the test.
import { setImmediate } from 'node:timers/promises'
import { contextTransport, type HttpPolicy, tryGetContext } from 'mcp-request-context/server'
import { type Definition, definitionOf } from './definition.js'
import type { Observation } from './observation.js'
import type { Message, VectorDefinition } from './vectors.js'

/** What a case of receiving says: spec/vectors/vectors.schema.json, `received`. */
export interface Received {
  readonly definition: VectorDefinition
  readonly required?: boolean | readonly string[]
  readonly http?: Partial<HttpPolicy>
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly message?: Message
  readonly messageText?: string
}

/** What a receiver did. */
export interface Reception {
  /** The context that code which handles the message sees; no member where the message was not handled. */
  readonly handled?: { readonly context: object | null }
  readonly responses: readonly Message[]
  readonly reported: readonly Error[]
}

/** Observes a message, in each form in which the SDK's transports hand over the headers of its HTTP request. */
export async function observeReception(received: Received): Promise<Observation[]> {
  const definition = definitionOf(received.definition)
  const message: Message = received.message ?? JSON.parse(String(received.messageText))
  const observations: Observation[] = []
  for (const [by, extra] of extrasOf(received.headers)) {
    const reception = await receive(definition, received, structuredClone(message), extra)
    observations.push({ by, ...resultOf(reception, message, definition.key) })
  }
  return observations
}

export async function receive(
  definition: Definition,
  { required = false, http = {} }: Omit<Received, 'definition'>,
  message: Message,
  extra?: object,
): Promise<Reception> {
  const responses: Message[] = []
  const reported: Error[] = []
  let handled: Reception['handled']
  const transport = {
    start: async () => {},
    send: async (sent: Message) => {
      responses.push(sent)
    },
    onmessage: (_message: unknown, _extra?: unknown): void => {
      handled = { context: (tryGetContext(definition) as object | undefined) ?? null }
    },
    onerror: (error: Error) => {
      reported.push(error)
    },
  }
  contextTransport(transport, definition, { required, http })
  transport.onmessage(message, extra)
  await setImmediate()
  return { ...(handled && { handled }), responses, reported }
}

function extrasOf(headers: Received['headers']): [by: string, extra: object | undefined][] {
  if (headers === undefined) return [['a receiver without HTTP', undefined]]
  const record: Record<string, string | readonly string[]> = {}
  const web = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    record[name.toLowerCase()] = value
    for (const line of typeof value === 'string' ? [value] : value) web.append(name, line)
  }
  return [
    ['a receiver with requestInfo', { requestInfo: { headers: record } }],
    ['a receiver with requestInfo, whose names are as they were sent', { requestInfo: { headers } }],
    ['a receiver with a Request', { request: { headers: web } }],
  ]
}

function resultOf({ handled, responses }: Reception, message: Message, key: string): Omit<Observation, 'by'> {
  const [response] = responses
  if (response === undefined) {
    // What stands under the key and did not become the context was not taken.
    const ignored = handled?.context === null && JSON.stringify(message).includes(JSON.stringify(key))
    const outcome = handled === undefined || ignored ? 'reject' : 'accept'
    return { outcome, output: handled === undefined ? {} : { handled: true, context: handled.context }, text: '' }
  }
  const data = response.error?.data as { key?: unknown; reason?: unknown; issues?: { path: unknown }[] } | undefined
  const summary = {
    id: response.id,
    code: response.error?.code,
    key: data?.key,
    reason: data?.reason,
    paths: data?.issues?.map(({ path }) => path),
  }
  const once = responses.length === 1 && handled === undefined
  return {
    outcome: 'reject',
    output: once ? { response: summary } : { handled: true, response: 'and more' },
    text: JSON.stringify(responses),
  }
}
