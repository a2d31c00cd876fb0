// Ten thousand overlapping calls from a hundred views over one connection: no answer ever sees another's context.
import { setTimeout as sleep } from 'node:timers/promises'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, getHttpHeaders, installContext, readContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EVERY_CELL } from '../support/cells.js'
import { testContext } from '../support/contexts.js'
import { httpTransport, serveHandler, serveStateful } from '../support/http.js'
import {
  answerOf,
  callWith,
  type Extra,
  type LinkedTransport,
  linkedPair,
  type Major,
  MODERN,
  newClient,
  newServer,
  reply,
  type TestClient,
  type TestServer,
} from '../support/sdk.js'

const VIEWS = 100
/** A multiple of ten. */
const CALLS = EVERY_CELL ? 10_000 : 200

type Seen = [where: string, tenant: string | undefined, token: string | undefined]

function look(where: string): Seen {
  const { tenant, token } = getContext(testContext)
  return [where, tenant, token]
}

/** A tool that looks at its context in as many places as a handler has. */
function makeServer(major: Major): TestServer {
  const server = installContext(newServer(major), testContext, { required: true })
  server.registerTool('look', {}, async (extra: Extra) => {
    const { tenant, token, retries = 0 } = readContext(testContext, extra)
    const seen: Seen[] = [
      look('start'),
      ['argument', tenant, token],
      ['header', getHttpHeaders().get('x-tenant-id') ?? '', token],
    ]
    await null
    seen.push(look('microtask'))
    await sleep(retries % 3)
    seen.push(look('timer'))
    seen.push(
      ...(await Promise.all(
        [1, 2, 3].map(async (n) => {
          await (n === 1 ? new Promise(setImmediate) : sleep(n % 2))
          return look(`branch ${n}`)
        }),
      )),
    )
    if (retries % 10 === 7) throw new Error(JSON.stringify(seen))
    if (retries % 10 === 8) await sleep(5)
    if (retries % 10 === 9) await sleep(1000)
    return reply(seen)
  })
  return server
}

interface Outcomes {
  answered: number
  failed: number
  ended: number
}

/** Makes all calls, `width` at a time, and checks what each one's handler saw. */
async function callAll(major: Major, client: TestClient, width: number): Promise<Outcomes> {
  const root = createContextClient(client, testContext)
  const views = Array.from({ length: VIEWS }, (_, index) => root.withContext({ tenant: `tenant-${index}` }))
  const outcomes: Outcomes = { answered: 0, failed: 0, ended: 0 }
  let next = 0

  async function call(index: number): Promise<void> {
    const tenant = `tenant-${index % VIEWS}`
    const token = `token-${index}`
    const kind = index % 10
    const rotating = () => ({ token })
    const view = (views[index % VIEWS] as typeof root)
      .withContext(index % 2 === 0 ? { token } : rotating)
      .withContext({ retries: index })
    const options = kind === 8 ? { signal: AbortSignal.timeout(2) } : kind === 9 ? { timeout: 20 } : {}
    const check = (seen: Seen[]) => {
      if (seen.length !== 8) throw new Error(`call ${index} looked ${seen.length} times`)
      for (const [where, sawTenant, sawToken] of seen) {
        if (sawTenant !== tenant || sawToken !== token) {
          throw new Error(`call ${index} of ${tenant}, ${token} saw ${sawTenant}, ${sawToken} (${where})`)
        }
      }
    }
    if (kind === 8 || kind === 9) {
      const ended = await callWith(major, view, { name: 'look' }, options).then(answerOf, () => undefined)
      if (ended !== undefined) check(ended)
      outcomes.ended += 1
      return
    }
    const result = await view.callTool({ name: 'look' })
    check(answerOf(result))
    outcomes[result.isError ? 'failed' : 'answered'] += 1
  }

  const workers = Array.from({ length: width }, async () => {
    while (next < CALLS) await call(next++)
  })
  await Promise.all(workers)
  return outcomes
}

const ALL: Outcomes = { answered: (7 * CALLS) / 10, failed: CALLS / 10, ended: (2 * CALLS) / 10 }

describe.each([1, 2] as const)('SDK %i', (major) => {
  test('in memory, all at once', async () => {
    const [near, far] = linkedPair(major)
    const ids = sentIds(near)
    await makeServer(major).connect(far)
    const client = newClient(major)
    await client.connect(near)
    onTestFinished(() => client.close())
    const members = Reflect.ownKeys(client)
    expect(await callAll(major, client, CALLS)).toEqual(ALL)
    expect(ids.length).toBeGreaterThan(CALLS)
    expect(new Set(ids).size).toBe(ids.length)
    expect(Reflect.ownKeys(client)).toEqual(members)
    await expect(client.callTool({ name: 'look' })).rejects.toMatchObject({ data: { reason: 'missing' } })
  })

  test('over one Streamable HTTP session', async () => {
    const client = newClient(major)
    await client.connect(httpTransport(major, await serveStateful(major, () => makeServer(major))))
    onTestFinished(() => client.close())
    expect(await callAll(major, client, 200)).toEqual(ALL)
  })
})

test('SDK 2, 2026-07-28, over HTTP', async () => {
  const client = newClient(2, MODERN)
  await client.connect(httpTransport(2, await serveHandler(() => makeServer(2))))
  onTestFinished(() => client.close())
  expect(await callAll(2, client, 200)).toEqual(ALL)
})

function sentIds(transport: LinkedTransport): unknown[] {
  const ids: unknown[] = []
  const send = transport.send.bind(transport)
  transport.send = (message, options) => {
    if ('method' in message && 'id' in message) ids.push(message.id)
    return send(message, options)
  }
  return ids
}
