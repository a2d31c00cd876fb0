import { setTimeout as sleep } from 'node:timers/promises'

/** Where calls wait for each other, or for a word from outside. */
export class Gates {
  readonly #gates = new Map<string, Gate>()

  /** Waits until as many as this have come, for at most a minute. The answer is whether they have. */
  async meet(name: string, count: number): Promise<boolean> {
    const gate = this.#of(name)
    gate.arrived++
    if (gate.arrived === count) gate.open()
    await Promise.race([gate.opened, sleep(60_000, undefined, { ref: false })])
    return gate.arrived === count
  }

  /** Waits until it is opened. */
  wait(name: string): Promise<void> {
    return this.#of(name).opened
  }

  open(name: string): void {
    this.#of(name).open()
  }

  #of(name: string): Gate {
    const gate = this.#gates.get(name) ?? newGate()
    this.#gates.set(name, gate)
    return gate
  }
}

interface Gate {
  arrived: number
  readonly open: () => void
  readonly opened: Promise<void>
}

function newGate(): Gate {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { arrived: 0, open, opened }
}
