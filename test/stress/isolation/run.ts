// One run: so many calls of all kinds, many at once, first on one connection after another, then on a lasting one.
import { setTimeout as sleep } from 'node:timers/promises'
import { makeCall } from './calls.js'
import { Detector } from './detector.js'
import { isModern } from './ends.js'
import { isAbandoned, type Kind, kindOf } from './kinds.js'
import { collect, heapUsed } from './memory.js'
import type { Counts, Plan, Report } from './plan.js'
import { openStand, type Stand } from './stand.js'
import type { Way } from './way.js'

/** How many calls are in flight when a connection is ended: half of them sure to be. */
const IN_FLIGHT = 20

export class Run {
  readonly #plan: Plan
  readonly #detector = new Detector()
  readonly #counts: Counts = {}
  readonly #start = performance.now()
  #connections = 0
  #alive = 0
  #lasting = { calls: 0, grown: 0 }
  #finished = false

  constructor(plan: Plan) {
    this.#plan = plan
  }

  async finish(way: Way): Promise<void> {
    const stand = await openStand(this.#plan, way, this.#detector)
    await this.#share(stand, await this.#reconnect(stand))
    await stand.close()
    await collect(() => this.#detector.alive)
    this.#finished = !this.#detector.enough
  }

  /** What there is to tell so far. */
  report(): Report {
    const { looks, mixed, unexpected, examples, entered, watched, collected } = this.#detector
    return {
      finished: this.#finished,
      counts: this.#counts,
      connections: this.#connections,
      ...{ looks, mixed, unexpected, examples, entered, watched, collected },
      alive: this.#alive,
      lasting: this.#lasting,
      seconds: (performance.now() - this.#start) / 1000,
    }
  }

  /** The first half of the calls. The answer is how many were made. */
  async #reconnect(stand: Stand): Promise<number> {
    const { calls, round } = this.#plan
    let next = 0
    while (next + round <= calls / 2 && !this.#detector.enough) {
      await this.#connect(stand)
      await this.#makeAll(stand, next, next + round - IN_FLIGHT, kindOf)
      next += round
      const caught = this.#makeAll(stand, next - IN_FLIGHT, next, (number) =>
        number % 2 === 0 ? 'cut off' : 'overtaken',
      )
      await sleep(10)
      await stand.disconnect(this.#connections % 2 === 0 ? 'client' : 'server')
      await caught
    }
    return next
  }

  /** The calls from `first` on. What those leave is measured that follow when everything is warm. */
  async #share(stand: Stand, first: number): Promise<void> {
    const { calls, round, wire, carrier } = this.#plan
    // Over HTTP, up to 2025-11-25, the SDKs leave the stream of an abandoned call open until its session ends, and so a
    // socket, and all that their servers know of the call.
    const gathers = carrier === 'over HTTP' && !isModern(wire)
    const kind = (number: number) => (gathers && isAbandoned(kindOf(number)) ? 'plain' : kindOf(number))
    await this.#connect(stand)
    const warm = Math.min(first + round, calls)
    await this.#makeAll(stand, first, warm, kind)
    const before = await heapUsed()
    await this.#makeAll(stand, warm, calls, kind)
    this.#lasting = { calls: calls - warm, grown: (await heapUsed()) - before }
    await collect(() => this.#detector.alive)
    this.#alive = this.#detector.alive
  }

  async #connect(stand: Stand): Promise<void> {
    this.#connections++
    await stand.connect()
  }

  async #makeAll(stand: Stand, from: number, to: number, kind: (number: number) => Kind): Promise<void> {
    let next = from
    const worker = async () => {
      while (next < to && !this.#detector.enough) {
        const number = next++
        await this.#make(stand, number, kind(number))
      }
    }
    await Promise.all(Array.from({ length: this.#plan.width }, worker))
  }

  async #make({ host, senders }: Stand, number: number, kind: Kind): Promise<void> {
    const counts = this.#counts[kind] ?? { asked: 0 }
    this.#counts[kind] = counts
    counts.asked++
    const end = await makeCall(host, senders, number, kind)
    if (end instanceof Error) this.#detector.surprise(`call ${number} (${kind}) ended with ${end.stack ?? end}`)
    const outcome = end instanceof Error ? 'otherwise' : end
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
}
