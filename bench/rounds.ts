/** What is measured. One run ends when its promise does. */
export interface Subject {
  readonly run: () => unknown
  /** How many calls one run makes. Default 1. */
  readonly calls?: number
  /** Runs before and after each timing, and is not timed. */
  readonly before?: () => unknown
  readonly after?: () => unknown
}

export type Subjects<Name extends string> = Readonly<Record<Name, Subject | Subject['run']>>

/** Microseconds for one call: of each subject, one figure for each round. */
export type Times<Name extends string = string> = Readonly<Record<Name, readonly number[]>>

export interface Effort {
  /** How often each subject is timed. Default 60. */
  readonly rounds?: number
  /** About how many milliseconds one timing takes. With 0, it is a single run. */
  readonly millis?: number
}

/** How many milliseconds a subject runs before it is timed, so that V8 has compiled it. */
const WARM_UP = 200

/**
 * Times subjects side by side: every round times each of them once, in an order that changes from round to round. Whatever
 * else the machine does then slows all of them alike, and two figures of one round can be compared.
 *
 * The shorter one timing, the closer together two subjects run. To see a difference below 1%, take `millis: 0` and
 * thousands of rounds.
 *
 * Benchmark libraries such as tinybench and mitata time one subject after the other: here the machine drifts by more than
 * 1% between two subjects.
 */
export async function sideBySide<Name extends string>(
  subjects: Subjects<Name>,
  { rounds = 60, millis = 10 }: Effort = {},
): Promise<Times<Name>> {
  const plan = planOf(subjects)
  for (const subject of plan) {
    for (const start = performance.now(); performance.now() - start < WARM_UP; ) await time(subject, 1)
    while ((await time(subject, subject.batch)) * subject.batch * subject.calls < millis * 1000) subject.batch *= 2
  }
  for (const subject of turns(plan, rounds)) subject.times.push(await time(subject, subject.batch))
  return timesOf(plan)
}

/** The same for steps so short that an `await` would take longer than they do: it awaits nothing. */
export function stepsSideBySide<Name extends string>(
  subjects: Readonly<Record<Name, () => unknown>>,
  { rounds = 60, millis = 2 }: Effort = {},
): Times<Name> {
  const plan = planOf(subjects)
  for (const subject of plan) {
    for (const start = performance.now(); performance.now() - start < WARM_UP / 4; ) timeStep(subject, 100)
    while (timeStep(subject, subject.batch) * subject.batch < millis * 1000) subject.batch *= 2
  }
  for (const subject of turns(plan, rounds)) subject.times.push(timeStep(subject, subject.batch))
  return timesOf(plan)
}

/** Several calls that are made at once and awaited together. */
export function atOnce(calls: number, call: (index: number) => Promise<unknown>): Subject {
  if (calls === 1) return { run: () => call(0) }
  const all = Array.from({ length: calls }, (_, index) => index)
  return { calls, run: () => Promise.all(all.map(call)) }
}

interface Planned extends Required<Subject> {
  readonly name: string
  readonly times: number[]
  /** How many runs one timing makes. */
  batch: number
}

const nothing = (): void => {}

function planOf<Name extends string>(subjects: Subjects<Name>): Planned[] {
  return Object.entries<Subject | Subject['run']>(subjects).map(([name, given]) => {
    const subject = typeof given === 'function' ? { run: given } : given
    return { calls: 1, before: nothing, after: nothing, ...subject, name, times: [], batch: 1 }
  })
}

/** Each round begins with another subject, and every second round goes backwards: no subject always follows the same one. */
function* turns(plan: readonly Planned[], rounds: number): Generator<Planned> {
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < plan.length; place++) {
      const turned = (place + Math.floor(round / 2)) % plan.length
      yield plan[round % 2 === 0 ? turned : plan.length - 1 - turned] as Planned
    }
  }
}

function timesOf<Name extends string>(plan: readonly Planned[]): Times<Name> {
  return Object.fromEntries(plan.map(({ name, times }) => [name, times])) as unknown as Times<Name>
}

async function time({ run, calls, before, after }: Planned, batch: number): Promise<number> {
  await before()
  const start = performance.now()
  for (let turn = 0; turn < batch; turn++) await run()
  const micros = ((performance.now() - start) * 1000) / (batch * calls)
  await after()
  return micros
}

/** Exported, so that V8 cannot leave out a step whose result nobody reads. */
export let lastResult: unknown

function timeStep({ run }: Planned, batch: number): number {
  const start = performance.now()
  for (let turn = 0; turn < batch; turn++) lastResult = run()
  return ((performance.now() - start) * 1000) / batch
}
