import { definitionOf } from '../definition.js'
import type { Observation } from '../observation.js'
import { observeReception, type Received } from '../receiving.js'
import { contextIn, observeSending, type Sending, type SourcedContext } from '../sending.js'
import type { Message } from '../vectors.js'

export async function observeMessage(input: { readonly send: Sending } | { readonly receive: Received }) {
  return 'send' in input ? [await observeSending(input.send)] : observeReception(input.receive)
}

const CALL: Message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami' } }

export async function observeMerging(context: SourcedContext): Promise<Observation[]> {
  const observed = await observeSending({ message: CALL, contexts: [context] })
  if (observed.outcome === 'reject') return [observed]
  const { message } = observed.output
  return [{ ...observed, output: { context: contextIn(message, definitionOf(context.definition)) } }]
}
