// The server of a run. Its handlers look at their context at every point where another request may have come between.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Extra, TestServer, ToolResult } from '../../support/sdk.js'
import { asking } from './asking.js'
import { fieldsOf, labelOf } from './contexts.js'
import type { Detector } from './detector.js'
import { newServer, type Wire } from './ends.js'
import { callPlain } from './plain-call.js'
import type { Sender, Senders, Way } from './way.js'

export interface Host {
  readonly wire: Wire
  readonly way: Way
  readonly detector: Detector
  /** Calls to the server itself, by the client that its handlers are called by. */
  readonly own?: Senders
  /** Calls to the server behind this one. */
  readonly behind?: Senders
}

/** One request while it is handled. */
export interface Handling {
  readonly label: string
  readonly extra: Extra
  /** Compares what is seen of the context with what it must be. */
  look(where: string): void
}

/** How long a handler waits to be ended. */
const MOST = 30_000

export function makeServer(host: Host): TestServer {
  const server = newServer(host.wire)
  host.way.install(server)
  const tools: Record<string, (handling: Handling) => unknown> = {
    plain,
    slow,
    failing,
    held: (handling) => held(host, handling),
    inherited: (handling) => passOn(host, handling, host.behind?.inheriting(handling.extra), handling.label),
    nested: (handling) => callAnother(host, handling, host.behind, `${handling.label}/nested`),
    looped: (handling) => callAnother(host, handling, host.own, `${handling.label}/looped`),
    asking: asking(host, server),
  }
  for (const [name, tool] of Object.entries(tools)) {
    server.registerTool(name, {}, (extra: Extra) => handle(host, name, extra, tool))
  }
  server.registerResource('whoami', 'stress:whoami', {}, async (uri: URL, extra: Extra) => {
    const answer = (await handle(host, 'read', extra, plain)) as ToolResult
    const contents = [{ uri: uri.href, text: answer.content[0]?.text }]
    // For the client of 2026-07-28 to keep, whatever the context.
    return { contents, ttlMs: 3_600_000, cacheScope: 'public' }
  })
  return server
}

/** Looks before and after what a tool does; a tool that returns nothing answers with the context itself. */
async function handle(
  { way, detector }: Host,
  name: string,
  extra: Extra,
  tool: (handling: Handling) => unknown,
): Promise<unknown> {
  const label = labelOf((extra.mcpReq ?? extra)._meta)
  detector.enter(name)
  detector.watch(way.scope(extra))
  const look = (where: string) => detector.compare(`${name}, ${where}`, label, way.sights(extra))
  look('at its start')
  const result = await tool({ label, extra, look })
  look('at its end')
  if (result !== undefined) return result
  const { tenant, token } = way.sights(extra)[0]?.caller ?? {}
  const answer = JSON.stringify([tenant, token])
  if (name === 'failing') throw new Error(answer)
  return { content: [{ type: 'text', text: answer }] }
}

async function plain({ look }: Handling): Promise<void> {
  await null
  look('after a microtask')
  await Promise.all([
    new Promise(setImmediate).then(() => look('in a branch')),
    sleep(1).then(() => look('in a timer')),
  ])
}

async function slow({ label, look }: Handling): Promise<void> {
  for (let turn = 1; turn <= 3; turn++) {
    await sleep((Number.parseInt(label, 10) * turn) % 13)
    look(`after timer ${turn}`)
  }
}

async function failing({ look }: Handling): Promise<void> {
  await sleep(1)
  look('after a timer')
}

/** Goes on until its caller, or its connection, is gone. */
async function held({ detector }: Host, { label, extra, look }: Handling): Promise<void> {
  const signal: AbortSignal = (extra.mcpReq ?? extra).signal
  const given = new AbortController()
  const ended = signal.aborted || new Promise((resolve) => signal.addEventListener('abort', () => resolve(true)))
  const inTime = await Promise.race([ended, sleep(MOST, false, { signal: given.signal }).catch(() => true)])
  given.abort()
  if (!inTime) detector.surprise(`the handler of ${label} was never told that its caller is gone`)
  look('after it was ended')
}

async function passOn(host: Host, { look }: Handling, sender: Sender | undefined, label: string): Promise<void> {
  const pending = callPlain(host, sender as Sender, label)
  look('beside its own call')
  await pending
}

async function callAnother(host: Host, handling: Handling, by: Senders | undefined, label: string): Promise<void> {
  await passOn(host, handling, await by?.under(fieldsOf(label), Number.parseInt(label, 10)), label)
}
