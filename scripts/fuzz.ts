// Coverage-guided fuzzing of what meets a peer's bytes: `fuzz.ts SECONDS [--keep] [TARGET...]`, all targets by default,
// each for an equal part of the time. What it finds goes to the recorded inputs, where the tests see it from then on; with
// `--keep`, so does what it took to reach the blocks that it reached.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Random } from '../test/conformance/generate.js'
import { TARGETS, type Target } from '../test/hostile/targets.js'
import { Coverage, Reached } from './fuzz-coverage.js'
import { mutate } from './fuzz-mutations.js'

const CORPUS = new URL('../test/hostile/corpus/', import.meta.url)

/** Taking the coverage costs as much as some runs do: it is taken once for so many. */
const BATCH = 32

/** An input whose promise takes longer has no end. */
const LONGEST = 10_000

const [seconds = '60', ...rest] = process.argv.slice(2)
const keep = rest.includes('--keep')
const chosen = rest.filter((argument) => argument !== '--keep')
const names = chosen.length > 0 ? chosen : Object.keys(TARGETS)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

let findings = 0
for (const name of names) {
  const target = TARGETS[name]
  if (target === undefined) throw new Error(`there is no target ${name}: there are ${Object.keys(TARGETS).join(', ')}`)
  await fuzz(name, target, Number(seconds) / names.length)
}
console.log(findings === 0 ? 'fuzzing found nothing' : `fuzzing found ${findings}: see test/hostile/corpus`)
process.exit(findings === 0 ? 0 : 1)

async function fuzz(name: string, target: Target, limit: number): Promise<void> {
  const random = new Random(seed)
  const coverage = new Coverage()
  const reached = new Reached()
  const together = new Reached()
  const pool: Buffer[] = []
  const end = performance.now() + limit * 1000
  /** Where it failed already: once is enough. */
  const known = new Set<string>()
  let runs = 0

  const run = async (input: Buffer): Promise<boolean> => {
    runs++
    const found = await failure(target, input)
    if (found === undefined) return true
    if (known.has(found.place)) return false
    known.add(found.place)
    findings++
    const least = await shortened(target, input, found.place)
    const text = JSON.stringify(least.toString('latin1').slice(0, 400))
    console.error(`${name}: ${found.message}\n  ${found.place}\n  corpus/${record(name, least)}: ${text}`)
    return false
  }
  /** Runs one input by itself, and puts it into the pool if it reaches what none did. */
  const consider = async (input: Buffer): Promise<void> => {
    coverage.take()
    if (!(await run(input))) return
    if (reached.add(coverage.take())) pool.push(input)
  }

  for (const input of [Buffer.from('{}'), ...recorded(name)]) await consider(input)
  while (performance.now() < end) {
    const batch = Array.from({ length: BATCH }, () => {
      // The later an input was found, the more often it is the one to go on from.
      const at = Math.floor(pool.length * Math.sqrt(random.next()))
      return mutate(pool[at] ?? Buffer.of(), random, target.words, random.pick(pool) ?? Buffer.of())
    })
    for (const input of batch) await run(input)
    if (together.add(coverage.take())) for (const input of batch) await consider(input)
  }
  if (keep) for (const input of await fewest(pool, target, coverage)) record(name, input)
  coverage.stop()
  const share = (100 * reached.share).toFixed(1)
  console.log(`${name}: ${runs} runs, ${pool.length} inputs reach ${share} % of what they enter, seed ${seed}`)
}

interface Failure {
  readonly message: string
  /** The line of src/ or of the tests that it comes from. */
  readonly place: string
}

/** What a target says against an input. */
async function failure(target: Target, input: Buffer): Promise<Failure | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('has no end')), LONGEST)
  })
  try {
    await Promise.race([target.run(input), late])
    return undefined
  } catch (error) {
    const { message = String(error), stack = '' } = error as Partial<Error>
    const place = /^ +at .*\/(?:src|test)\/.*$/m.exec(stack)?.[0].trim() ?? message
    return { message: message.slice(0, 300), place }
  } finally {
    clearTimeout(timer)
  }
}

/** A shorter input that fails at the same place. */
async function shortened(target: Target, input: Buffer, place: string): Promise<Buffer> {
  let least = input
  for (let length = least.length >> 1; length > 0; length >>= 1) {
    for (let start = 0; start < least.length; start += length) {
      const shorter = Buffer.concat([least.subarray(0, start), least.subarray(start + length)])
      if ((await failure(target, shorter))?.place === place) least = shorter
    }
  }
  return least
}

/** Few inputs that reach all that the pool does, the shortest first. */
async function fewest(pool: readonly Buffer[], target: Target, coverage: Coverage): Promise<Buffer[]> {
  const reached = new Reached()
  const few: Buffer[] = []
  for (const input of [...pool].sort((one, other) => one.length - other.length)) {
    coverage.take()
    await failure(target, input)
    if (reached.add(coverage.take())) few.push(input)
  }
  return few
}

function recorded(name: string): Buffer[] {
  mkdirSync(new URL(`${name}/`, CORPUS), { recursive: true })
  return readdirSync(new URL(`${name}/`, CORPUS)).map((file) => readFileSync(new URL(`${name}/${file}`, CORPUS)))
}

function record(name: string, input: Buffer): string {
  const file = `${name}/${createHash('sha256').update(input).digest('hex').slice(0, 12)}`
  writeFileSync(new URL(file, CORPUS), input)
  return file
}
