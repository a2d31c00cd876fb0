// The calls of a run: each is made as its kind says, its answer compared with its context, and its end told.
import { setTimeout as sleep } from 'node:timers/promises'
import { contextErrorFrom } from 'mcp-request-context'
import type { ToolResult } from '../../support/sdk.js'
import { caller, fieldsOf, labelled, spanOf, tracedLabel } from './contexts.js'
import { isCutOff, isRefused, type Kind, type Outcome } from './kinds.js'
import { callTool, compareAnswer, TIMEOUT } from './plain-call.js'
import type { Host } from './tools.js'
import type { Sender, Senders } from './way.js'

interface Call {
  readonly host: Host
  readonly senders: Senders
  readonly number: number
  readonly label: string
}

type Make = (call: Call) => Promise<ToolResult>

const MAKE: Readonly<Record<Kind, Make>> = {
  plain: calling('plain'),
  slow: calling('slow'),
  traced: calling('plain'),
  read,
  inherited: calling('inherited'),
  nested: calling('nested'),
  looped: calling('looped'),
  asking: calling('asking'),
  failing: calling('failing'),
  'cancelled at once': cancelling(() => undefined),
  'cancelled later': cancelling(({ number }) => sleep(number % 7)),
  'cancelled in the middleware': cancelling(({ number }) => (number % 2 === 0 ? null : new Promise(setImmediate))),
  'timed out': calling('held', { timeout: 20 }),
  missing: carrying(() => undefined),
  invalid: carrying((fields) => ({ ...fields, scope: 'none' })),
  // In a field that no header is for: `contextFetch` would refuse it at the client.
  too_large: carrying((fields) => ({ ...fields, note: 'x'.repeat(9000) })),
  withheld: ({ host, senders, number, label }) => callTool(host.wire, senders.withheld(number), 'plain', label),
  'cut off': calling('held'),
  overtaken: calling('slow'),
}

/** Makes a call, and says how it ended; the error that it ended with, where that is none of the ways. */
export async function makeCall(host: Host, senders: Senders, number: number, kind: Kind): Promise<Outcome | Error> {
  const traced = kind === 'traced' || kind === 'cancelled in the middleware'
  const label = traced ? tracedLabel(String(number)) : String(number)
  try {
    const result = await MAKE[kind]({ host, senders, number, label })
    // A rejection of the bare SDK's handler has no context in it.
    if (!(result.isError && isRefused(kind))) compareAnswer(host.detector, label, result.content[0]?.text)
    return result.isError ? 'failed' : 'answered'
  } catch (error) {
    return outcomeOf(error as Error & { code?: unknown }, kind, label)
  } finally {
    host.detector.nothing('after a call', host.way.outside())
  }
}

function outcomeOf(error: Error & { code?: unknown }, kind: Kind, label: string): Outcome | Error {
  const { code, message } = error
  const rejection = contextErrorFrom(error)
  if (kind === 'withheld' && WITHHELD.some((why) => message.includes(why))) return 'withheld'
  if (rejection !== undefined) return isRefused(kind) && rejection.code === kind ? 'refused' : error
  // Both majors reject with a timeout's code where the caller's signal was aborted.
  if (message.includes(cancellation(label).message)) return 'cancelled'
  if (code === -32001 || code === 'REQUEST_TIMEOUT') return kind === 'timed out' ? 'timed out' : error
  // Over HTTP it depends on how far a call was: the SDK's error, or that of Node's HTTP client.
  return isCutOff(kind) ? 'cut off' : error
}

const WITHHELD = ['expected string, received number', 'the source failed', 'withheld']

function cancellation(label: string): Error {
  return new Error(`call ${label} is cancelled`)
}

async function under({ senders, label, number }: Call): Promise<Sender> {
  return senders.under(fieldsOf(label), number, spanOf(label))
}

function calling(tool: string, options: object = {}): Make {
  return async (call) => {
    const { host, label } = call
    const pending = callTool(host.wire, await under(call), tool, label, options)
    // In memory, a message is received within `send`: what runs beside it is part of no request all the same.
    host.detector.nothing('beside a call', host.way.outside())
    return pending
  }
}

function cancelling(when: (call: Call) => unknown): Make {
  return async (call) => {
    const controller = new AbortController()
    const sender = await under(call)
    const pending = callTool(call.host.wire, sender, 'held', call.label, { signal: controller.signal })
    const wait = when(call)
    if (wait !== undefined) await wait
    controller.abort(cancellation(call.label))
    return pending
  }
}

/** A call whose context is put into `_meta` by hand, as a peer does that does not check it. */
function carrying(context: (fields: object) => object | undefined): Make {
  return ({ host, senders, label }) => {
    const carried = context(fieldsOf(label))
    return callTool(host.wire, senders.raw, 'plain', label, {}, carried && { [caller.key]: carried })
  }
}

async function read(call: Call): Promise<ToolResult> {
  const params = { uri: 'stress:whoami', _meta: labelled(call.label) }
  const { contents } = await (await under(call)).readResource(params, { timeout: TIMEOUT, ...call.host.way.reading })
  return { content: contents }
}
