// A handler that asks its client: by a request of the server's own, or, in 2026-07-28, by its first answer to the call.
import { inputRequired } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { TestClient, TestServer } from '../../support/sdk.js'
import { caller, fieldsOf, labelled, labelOf } from './contexts.js'
import { answerRequests, isModern } from './ends.js'
import { compareAnswer, TIMEOUT } from './plain-call.js'
import type { Handling, Host } from './tools.js'

const SAMPLING = { messages: [], maxTokens: 1 }
const FORM = {
  mode: 'form',
  message: 'm',
  requestedSchema: { type: 'object', properties: { seen: { type: 'string' } } },
}

/** Each is asked about under a context of its own, which the client's handler answers with. */
export function asking(host: Host, server: TestServer): (handling: Handling) => Promise<unknown> {
  const { wire, way, detector } = host
  if (isModern(wire)) {
    return async ({ label, extra }) => {
      const inner = `${label}/asked`
      const answers = extra.mcpReq.inputResponses
      if (answers !== undefined) return compareAnswer(detector, inner, answers.asked.content.seen)
      const _meta = { ...labelled(inner), [caller.key]: fieldsOf(inner) }
      const asked = { method: 'elicitation/create', params: { ...FORM, _meta } }
      return inputRequired({ inputRequests: { asked: asked as never } })
    }
  }
  const senders = way.senders(server.server, detector)
  return async ({ label, extra }) => {
    const inner = `${label}/asked`
    const number = Number.parseInt(label, 10)
    const sender = await senders.under(fieldsOf(inner), number)
    const request = (method: string, params: object) => {
      // Over HTTP it goes on the stream of the call's answer.
      const options = { relatedRequestId: extra.requestId ?? extra.mcpReq.id, timeout: TIMEOUT }
      const asked = { method, params: { ...params, _meta: labelled(inner) } }
      // biome-ignore lint/suspicious/noExplicitAny: the client below answers it
      return sender.request(asked, z.looseObject({}), options) as Promise<any>
    }
    if (number % 2 === 0) {
      const { content } = await request('sampling/createMessage', SAMPLING)
      compareAnswer(detector, inner, content.text)
    } else {
      const { content } = await request('elicitation/create', FORM)
      compareAnswer(detector, inner, content.seen)
    }
  }
}

/** Has a client answer with the context that it is asked under. */
export function answerAsked(client: TestClient, { wire, way, detector }: Host): void {
  way.install(client)
  const answer = (method: string, of: (seen: string) => object) =>
    answerRequests(client, wire, method, async ({ params }, extra) => {
      const label = labelOf(params._meta)
      detector.enter(method)
      if (!isModern(wire)) detector.watch(way.scope(extra))
      const look = (where: string) => {
        // What comes with the answer to a call is no message of its own: its context is in the argument alone.
        const sights = way.sights(extra).filter(({ from }) => !isModern(wire) || from === 'argument')
        detector.compare(`${method}, ${where}`, label, sights)
        return sights[0]?.caller
      }
      look('at its start')
      await new Promise(setImmediate)
      const { tenant, token } = look('after a turn') ?? {}
      return of(JSON.stringify([tenant, token]))
    })
  answer('sampling/createMessage', (seen) => ({ role: 'assistant', model: 'm', content: { type: 'text', text: seen } }))
  answer('elicitation/create', (seen) => ({ action: 'accept', content: { seen } }))
}
