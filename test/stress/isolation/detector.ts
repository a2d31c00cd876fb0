// What a run finds out: which contexts were seen where they do not belong, and which were never let go.
import { type Fields, fieldsOf, type Span, spanOf } from './contexts.js'

/** A context as one accessor shows it; `undefined` where it shows none. */
export interface Sight {
  readonly from: 'ambient' | 'argument' | 'headers' | 'answer'
  readonly caller: Partial<Fields> | undefined
  /** The second one; `null` where the accessor says nothing of it. */
  readonly trace: Partial<Span> | undefined | null
}

const EXAMPLES = 5
/** A run that is broken needs no million calls to say so. */
const ENOUGH = 200

export class Detector {
  /** How often a context was compared with what it must be. */
  looks = 0
  /** How often it was another one, or none. */
  mixed = 0
  /** How often something else was not as it must be. */
  unexpected = 0
  readonly examples: string[] = []
  /** How often each handler was entered. */
  readonly entered: Record<string, number> = {}
  /** How many objects must be let go: what lives as long as the scope of a request, or a view of a call. */
  watched = 0
  /** How many of them the garbage collector has taken. */
  collected = 0
  readonly #registry = new FinalizationRegistry<undefined>(() => {
    this.collected++
  })

  get alive(): number {
    return this.watched - this.collected
  }

  get enough(): boolean {
    return this.mixed + this.unexpected >= ENOUGH
  }

  enter(handler: string): void {
    this.entered[handler] = (this.entered[handler] ?? 0) + 1
  }

  watch(mortal: object): void {
    this.watched++
    this.#registry.register(mortal, undefined)
  }

  /** Compares what is seen of a call's context with what its label says. */
  compare(where: string, label: string, sights: readonly Sight[]): void {
    const { tenant, token } = fieldsOf(label)
    const span = spanOf(label)?.span
    for (const sight of sights) {
      this.looks++
      const ofCaller = sight.caller?.tenant === tenant && sight.caller.token === token
      const ofTrace = sight.trace === null || sight.trace?.span === span
      if (ofCaller && ofTrace) continue
      this.mixed++
      this.#note(`${label} saw ${JSON.stringify(sight)} (${where})`)
    }
  }

  /** Nothing is to be seen where no request is being handled. */
  nothing(where: string, seen: object | undefined): void {
    this.looks++
    if (seen === undefined) return
    this.mixed++
    this.#note(`${JSON.stringify(seen)} was seen ${where}`)
  }

  surprise(what: string): void {
    this.unexpected++
    this.#note(what)
  }

  #note(example: string): void {
    if (this.examples.length < EXAMPLES) this.examples.push(example)
  }
}
