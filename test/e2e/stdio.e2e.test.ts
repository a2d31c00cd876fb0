// A real server process over stdio, of both majors: what a well-behaved client reads, and a thousand hostile contexts.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { createContextClient } from 'mcp-request-context/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { nodeArgs, stdioTransport } from '../support/processes.js'
import { answerOf, MAJORS, MODERN, newClient } from '../support/sdk.js'

const SERVER = 'test/e2e/server.ts'

const DIALECTS = [
  ['client of SDK 1', 1, {}],
  ['client of SDK 2', 2, {}],
  ['client of SDK 2 asking for 2026-07-28', 2, MODERN],
] as const

describe.each(MAJORS)('a process with a server of SDK %i', (serverMajor) => {
  test.each(DIALECTS)('%s: each call carries its own context', async (_name, clientMajor, options) => {
    const client = newClient(clientMajor, options)
    await client.connect(stdioTransport(clientMajor, SERVER, 'stdio', String(serverMajor)))
    onTestFinished(() => client.close())
    const root = createContextClient(client, testContext)
    const calls = Array.from({ length: 100 }, async (_, index) => {
      const view = root.withContext({ tenant: `t${index}`, token: `TOKEN_${index}` })
      expect(answerOf(await view.callTool({ name: 'read' }))).toEqual({
        context: { tenant: `t${index}`, token: `TOKEN_${index}` },
        tenantHeader: `t${index}`,
      })
    })
    await Promise.all(calls)
    await expect(client.callTool({ name: 'read' })).rejects.toMatchObject({ data: { reason: 'missing' } })
  })
})

describe.each(MAJORS)('hostile contexts, server of SDK %i', (major) => {
  test('a thousand in a row are refused, the server goes on serving, and its memory stays where it was', async () => {
    const peer = new RawPeer(
      spawn(process.execPath, nodeArgs(SERVER, 'stdio', String(major)), { stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    await peer.request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'hostile', version: '1' },
    })
    peer.notify('notifications/initialized')
    const heap = async () => answerOf((await peer.request('tools/call', { name: 'heap' })).result)
    const read = async (context: string) => {
      const meta = `{${JSON.stringify(testContext.key)}:${context}}`
      return peer.requestRaw('tools/call', `{"name":"read","_meta":${meta}}`)
    }
    // The first of each kind warm the process up.
    for (const hostile of HOSTILE) await read(hostile)
    const before = await heap()
    for (let round = 0; round < 1000; round++) {
      const response = await read(HOSTILE[round % HOSTILE.length] as string)
      expect(response.error).toMatchObject({ code: -32602, data: { extension: testContext.key } })
      expect(['invalid', 'too_large']).toContain(response.error?.data.reason)
      expect(JSON.stringify(response).length).toBeLessThan(10_000)
    }
    const served = await read('{"tenant":"acme"}')
    expect(answerOf(served.result).context).toEqual({ tenant: 'acme' })
    const growth = (await heap()) - before
    expect(growth).toBeLessThan(5_000_000)
  })
})

/** Context values as JSON, each of which must be refused. */
const HOSTILE: string[] = [
  'null',
  'true',
  '7',
  '"acme"',
  '[]',
  '[{"tenant":"acme"}]',
  '{"tenant":7}',
  '{"tenant":null}',
  '{"tenant":{"$ne":null}}',
  '{"__proto__":{"tenant":"acme"}}',
  '{"user":{"id":"u","__proto__":{"admin":true}}}',
  '{"":1}',
  '{"a b":1}',
  `{"${'x'.repeat(65)}":1}`,
  `{"tenant":"${'x'.repeat(1_000_000)}"}`,
  `{"user":{"id":"u","roles":[${'"r",'.repeat(100_000)}"r"]}}`,
  `{"other":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
  `{"other":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
  `{${Array.from({ length: 2000 }, (_, index) => `"f${index}":1`).join(',')}}`,
  `{"user":{${Array.from({ length: 5000 }, (_, index) => `"f${index}":1`).join(',')}}}`,
]

interface Response {
  result?: unknown
  error?: { code: number; data: { reason: string } }
}

/** A peer that writes whatever it likes. */
class RawPeer {
  readonly #waiting = new Map<number, (response: Response) => void>()
  readonly #process: ChildProcess
  #id = 0

  constructor(process: ChildProcess) {
    this.#process = process
    onTestFinished(() => {
      process.kill()
    })
    createInterface({ input: process.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const { id, ...response } = JSON.parse(line)
      this.#waiting.get(id)?.(response)
      this.#waiting.delete(id)
    })
  }

  request(method: string, params: object): Promise<Response> {
    return this.requestRaw(method, JSON.stringify(params))
  }

  requestRaw(method: string, params: string): Promise<Response> {
    const id = ++this.#id
    this.#process.stdin?.write(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}\n`)
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  notify(method: string): void {
    this.#process.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', method })}\n`)
  }
}
