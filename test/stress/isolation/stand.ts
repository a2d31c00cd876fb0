// All ends of a run: a client, its server, and the server behind that one.
import { setTimeout as sleep } from 'node:timers/promises'
import { answerAsked } from './asking.js'
import type { Detector } from './detector.js'
import { newClient } from './ends.js'
import { linkTo } from './links.js'
import type { Plan } from './plan.js'
import type { Host } from './tools.js'
import type { Senders, Way } from './way.js'

export interface Stand {
  readonly host: Host
  readonly senders: Senders
  connect(): Promise<void>
  /** Ends the client's connection: its client first, or its server. */
  disconnect(first: 'client' | 'server'): Promise<void>
  close(): Promise<void>
}

export async function openStand({ wire, carrier }: Plan, way: Way, detector: Detector): Promise<Stand> {
  const last: Host = { wire, way, detector }
  const behind = { link: await linkTo(carrier, last), client: newClient(wire) }
  await behind.link.connect(behind.client)
  const client = newClient(wire)
  const senders = way.senders(client, detector)
  const host: Host = { ...last, own: senders, behind: way.senders(behind.client, detector) }
  const link = await linkTo(carrier, host)
  answerAsked(client, host)
  return {
    host,
    senders,
    connect: () => link.connect(client),
    async disconnect(first) {
      if (first === 'client') await client.close()
      await link.cut()
      if (first === 'server') await client.close()
      // Node's HTTP client learns that its sockets are gone when it polls them, which a timer alone does not wait for.
      for (let turn = 0; turn < 3; turn++) {
        await sleep(5)
        await new Promise(setImmediate)
      }
    },
    async close() {
      for (const end of [client, behind.client, link, behind.link]) await end.close()
    },
  }
}
