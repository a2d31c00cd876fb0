// What holds of a transport that a context was installed on, whatever message arrives with whatever headers.
import assert from 'node:assert/strict'
import { type AnyDefinition, ContextError } from 'mcp-request-context'
import { headersToContext } from 'mcp-request-context/http'
import { contextTransport, getHttpHeaders, type InstallOptions, tryGetContext } from 'mcp-request-context/server'
import { schemaIssues } from '../../conformance/json-schema.js'
import { assertFrozen, assertNoPollution, inTime, orRejection } from '../harmless.js'

interface Handled {
  readonly message: unknown
  readonly context: unknown
  readonly headers: Headers | ContextError
}

interface Answer {
  readonly jsonrpc: string
  readonly id: unknown
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** Headers as Node gives them. */
export type HeaderRecord = Readonly<Record<string, string | string[]>>

/** What came of one message. */
export interface Outcome {
  readonly handled: readonly Handled[]
  readonly answers: readonly Answer[]
  readonly errors: readonly unknown[]
}

/** Hands one message to a receiver behind the middleware, as a transport does. */
export async function outcomeOf(
  definition: AnyDefinition,
  options: InstallOptions,
  message: unknown,
  headers?: HeaderRecord,
): Promise<Outcome> {
  const handled: Handled[] = []
  const answers: Answer[] = []
  const errors: unknown[] = []
  const transport = {
    start: async () => {},
    send: async (answer: Answer) => void answers.push(answer),
    onerror: (error: unknown) => void errors.push(error),
    onmessage: (received: unknown, _extra?: unknown) =>
      void handled.push({
        message: received,
        context: tryGetContext(definition),
        headers: orRejection(getHttpHeaders),
      }),
  }
  contextTransport(transport, definition, options)
  await transport.start()
  inTime(() => transport.onmessage(message, headers && { requestInfo: { headers } }))
  // An asynchronous schema takes a few turns.
  for (let turn = 0; handled.length + answers.length + errors.length === 0 && turn < 20; turn++) await undefined
  return { handled, answers, errors }
}

const NEED_ONE = [
  'tools/call',
  'resources/read',
  'prompts/get',
  'completion/complete',
  'tasks/get',
  'tasks/result',
  'tasks/cancel',
]

/** A message is handled once, with a frozen context or none, or it is refused once, with an error that is described. */
export async function admitsHarmlessly(
  definition: AnyDefinition,
  message: Record<string, unknown>,
  headers?: HeaderRecord,
): Promise<void> {
  const lift = headers !== undefined && definition.headers.length > 0
  const options: InstallOptions = { required: true, http: { lift } }
  const { handled, answers, errors } = await outcomeOf(definition, options, message, headers)
  assertNoPollution()
  assert.equal(handled.length + answers.length, 1, 'handled and refused in one, or neither')
  for (const error of errors) assert.ok(error instanceof ContextError, String(error))
  const { method, id } = message
  for (const { context, message: received, headers: sent } of handled) {
    assertFrozen(context)
    if (headers === undefined) assert.equal(received, message)
    assert.equal(sent instanceof ContextError, typeof method !== 'string')
    const isRequest = typeof method === 'string' && id !== undefined
    if (isRequest && NEED_ONE.includes(method)) assert.notEqual(context, undefined)
    if (isRequest && context === undefined) assert.equal(errors.length, 0)
    if (headers !== undefined && context !== undefined) assertAgreement(definition, headers, context, String(method))
  }
  for (const { jsonrpc, id: answered, error } of answers) {
    assert.equal(jsonrpc, '2.0')
    assert.equal(answered, id)
    assert.ok(typeof method === 'string' && id !== undefined, 'what is no request was answered')
    assert.ok(error.code === -32602 || error.code === -32020, String(error.code))
    assert.deepEqual(schemaIssues('error-data', error.data), [])
    const { reason } = error.data as { reason: string }
    if (headers === undefined) assert.equal(reason === 'missing', !carries(message, definition))
  }
}

function carries(message: Record<string, unknown>, { key }: AnyDefinition): boolean {
  const meta = member(member(message, 'params'), '_meta')
  return member(meta, key) !== undefined
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

/** The methods that never need a context, as far as messages here have them: what cannot be read is ignored there. */
const FREE = /^(?:initialize|server\/discover|ping|.+\/list|notifications\/.*)$/

/** Where a header can be taken for a field, every bound header that is there says what the context says. */
function assertAgreement(definition: AnyDefinition, headers: HeaderRecord, context: unknown, method: string): void {
  for (const { field, lowerCaseName } of definition.headers) {
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      name.toLowerCase() === lowerCaseName ? value : [],
    )
    if (lines.length === 0) continue
    const received = new Headers()
    for (const line of lines) received.append(lowerCaseName, line)
    // An empty header is none.
    if (received.get(lowerCaseName) === '') continue
    const read = headersToContext(definition, received)
    if (!read.ok && FREE.test(method)) continue
    assert.ok(read.ok, `${field}: its header cannot be read`)
    assert.equal((context as Record<string, unknown>)[field], (read.context as Record<string, unknown>)[field])
  }
}
