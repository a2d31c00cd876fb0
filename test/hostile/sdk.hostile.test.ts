// Hostile messages to real servers of both SDK majors: whatever arrives, the next request of somebody else is served.
import fc from 'fast-check'
import { getContext, installContext, tryGetContext } from 'mcp-request-context/server'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { type LinkedTransport, linkedPair, MAJORS, type Major, newServer, reply } from '../support/sdk.js'
import { bound } from './definitions.js'
import { assertFrozen, assertPristine, inTime } from './harmless.js'
import { anyMessage, jsonMessage } from './messages.js'
import { build, runs } from './values.js'

afterEach(assertPristine)

interface Answer {
  readonly id?: unknown
  readonly result?: { readonly content: readonly { readonly text: string }[] }
  readonly error?: { readonly code: number; readonly data?: { readonly reason?: string } }
}

/** A server that requires a context, after its handshake, and the other end of its transport. */
async function served(major: Major) {
  const server = installContext(newServer(major), bound, { required: true })
  server.registerTool('read', {}, () => {
    assertFrozen(getContext(bound))
    return reply(getContext(bound))
  })
  server.server.fallbackRequestHandler = async () => ({ context: tryGetContext(bound) ?? null })
  const [near, far] = linkedPair(major)
  const answers: Answer[] = []
  near.onmessage = (answer) => void answers.push(answer as Answer)
  await server.connect(far)
  await near.start()
  onTestFinished(() => server.close())
  const answerTo = async (id: unknown): Promise<Answer> => {
    for (let turn = 0; turn < 200; turn++) {
      const answer = answers.find((answer) => answer.id === id)
      if (answer !== undefined) return answer
      await new Promise(setImmediate)
    }
    throw new Error(`no answer to ${String(id)}`)
  }
  const handshake = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  }
  await near.send({ jsonrpc: '2.0', id: 'handshake', method: 'initialize', params: handshake })
  await answerTo('handshake')
  await near.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  let good = 0
  /** Somebody else's call, and what its handler got. */
  const serves = async (): Promise<unknown> => {
    answers.length = 0
    const id = `good ${++good}`
    const params = { name: 'read', _meta: { [bound.key]: { tenant: id } } }
    await near.send({ jsonrpc: '2.0', id, method: 'tools/call', params })
    return JSON.parse((await answerTo(id)).result?.content[0]?.text ?? 'null')
  }
  return { near, answers, serves, expected: () => ({ tenant: `good ${good}` }) }
}

/** Hands over a message; what the SDK's own code throws at what is no message comes back to the sender. */
async function deliver(near: LinkedTransport, message: unknown): Promise<void> {
  await inTime(() => near.send(message as object)).catch(() => {})
}

describe.each(MAJORS)('a server of SDK %i goes on serving after', (major) => {
  test('messages of any JSON', async () => {
    const { near, answers, serves, expected } = await served(major)
    const property = fc.asyncProperty(jsonMessage, async (message) => {
      await near.send(message)
      await new Promise(setImmediate)
      for (const { error } of answers) if (error?.code === -32602) expect(error.data?.reason).not.toBe('mismatch')
      expect(await serves()).toEqual(expected())
    })
    await fc.assert(property, runs(300))
  })

  test('messages of any values, as only the same process can hand them over', async () => {
    const { near, serves, expected } = await served(major)
    const property = fc.asyncProperty(anyMessage, async (plan) => {
      await deliver(near, build(plan))
      expect(await serves()).toEqual(expected())
    })
    await fc.assert(property, runs(300))
  })
})
