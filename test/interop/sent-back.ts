// The verbs of a server: the client orders them of its tool `back`, and its own handlers see the context.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { answerOf, type TestClient } from '../support/sdk.js'
import { type Order, ofServer } from './back.js'
import { bind, type Fields } from './given.js'
import type { Log } from './log.js'
import { type Verb, verb } from './verb.js'

export function sentBack(method: string, column: string, by: Order['by'], more: Partial<Verb> = {}): Verb {
  const call: Verb['call'] = async ({ client, log, bare, timeout }, given) => {
    const caller: Fields = typeof given === 'object' ? given : { tenant: 'caller' }
    const order: Order = {
      method,
      by,
      given: bare ? 'nothing' : typeof given === 'object' ? 'context' : given,
      timeout,
    }
    const subscription = await subscribe(client, method)
    const result = await bind(client, bare ? 'nothing' : caller).callTool({ name: 'back', arguments: { ...order } })
    const { error, context } = answerOf(result)
    if (error !== undefined) throw Object.assign(new Error(error.message), error)
    if (!bare) expect(context, 'the context of the call, after it').toEqual(caller)
    if (method.startsWith('notifications/')) await arrival(log, method, timeout)
    await subscription?.close()
  }
  return verb(`${method} ${by === 'call' ? 'in answer to a call' : "of the server's own"}`, column, call, {
    seenBy: 'client',
    labels: [method],
    ...(by === 'view' && { seen: ofServer }),
    ...more,
  })
}

/** What a client of 2026-07-28 has to listen for, or it is not told. */
export const CHANGES: Readonly<Record<string, object>> = {
  'notifications/resources/updated': { resourceSubscriptions: ['test:r'] },
  'notifications/resources/list_changed': { resourcesListChanged: true },
  'notifications/tools/list_changed': { toolsListChanged: true },
  'notifications/prompts/list_changed': { promptsListChanged: true },
}

async function subscribe(client: TestClient, method: string): Promise<{ close(): Promise<void> } | undefined> {
  const filter = CHANGES[method]
  return filter && client.getProtocolEra?.() === 'modern' ? client.listen(filter) : undefined
}

async function arrival(log: Log, method: string, timeout: number): Promise<void> {
  for (const start = Date.now(); !log.has(method); ) {
    if (Date.now() - start > timeout) throw new Error(`${method} does not arrive`)
    await sleep(1)
  }
}
