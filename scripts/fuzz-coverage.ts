// Which code of src/ has run, as V8 counts it itself: there is nothing to instrument and nothing to install.
import { type Profiler, Session } from 'node:inspector'

const SOURCE = new URL('../src/', import.meta.url).href

const ENTERED = 1
/** Once; each doubling of that is one more. */
const RAN = 2

/** What is known of each character of each file: whether its function was entered, and how often it ran itself. */
export class Reached {
  readonly #files = new Map<string, Uint8Array>()

  /** Adds what ran since it was last taken, and says whether any of it is new, or ran more often than ever. */
  add(taken: readonly Profiler.ScriptCoverage[]): boolean {
    let isNew = false
    for (const { url, functions } of taken) {
      const now = marksOf(functions)
      const known = this.#knownOf(url, now.length)
      for (const [at, mark] of now.entries()) {
        if (mark <= (known[at] ?? 0)) continue
        if (mark >= RAN) isNew = true
        known[at] = mark
      }
    }
    return isNew
  }

  /** How much of the functions that were entered has run, from 0 to 1. */
  get share(): number {
    let entered = 0
    let ran = 0
    for (const marks of this.#files.values()) {
      for (const mark of marks) {
        if (mark >= ENTERED) entered++
        if (mark >= RAN) ran++
      }
    }
    return ran / entered
  }

  #knownOf(url: string, length: number): Uint8Array {
    const known = this.#files.get(url) ?? new Uint8Array()
    if (known.length >= length) return known
    const longer = new Uint8Array(length)
    longer.set(known)
    this.#files.set(url, longer)
    return longer
  }
}

/** A function comes before those within it, and so does a block. */
function marksOf(functions: readonly Profiler.FunctionCoverage[]): Uint8Array {
  const ends = functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset))
  const marks = new Uint8Array(Math.max(0, ...ends))
  for (const { ranges } of functions) {
    const entered = (ranges[0]?.count ?? 0) > 0
    for (const { startOffset, endOffset, count } of ranges) {
      const mark = count > 0 ? RAN + Math.floor(Math.log2(count)) : entered ? ENTERED : 0
      marks.fill(mark, startOffset, endOffset)
    }
  }
  return marks
}

export class Coverage {
  readonly #session = new Session()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    this.take()
  }

  /** What has run since the last call. */
  take(): Profiler.ScriptCoverage[] {
    // The callback is called before post() returns.
    let scripts: Profiler.ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error
      scripts = result.filter(({ url }) => url.startsWith(SOURCE))
    })
    return scripts
  }

  stop(): void {
    this.#session.disconnect()
  }
}
