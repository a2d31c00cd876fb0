/** What is measured: one run of it, finished when its promise is. */
export interface Subject {
  readonly run: () => unknown
  /** How many calls one run makes. Default 1. */
  readonly calls?: number
  /** What comes before and after each timing, and is not timed. */
  readonly before?: () => unknown
  readonly after?: () => unknown
}

export type Subjects<Name extends string> = Readonly<Record<Name, Subject | Subject['run']>>

/** Microseconds for one call: of each subject, one figure for each round. */
export type Times<Name extends string = string> = Readonly<Record<Name, readonly number[]>>

export interface Effort {
  /** How often each subject is timed. Default 60. */
  readonly rounds?: number
  /** About how long one timing takes, in milliseconds; with 0 it is one run. Default 10. */
  readonly millis?: number
}

/** How long a subject runs before it is timed, in milliseconds: V8 compiles what has run for a while. */
const WARM_UP = 200

/**
 * Times subjects side by side: in each round all of them, in an order that changes from round to round. So what the
 * machine does beside it falls on all alike, and two figures of one round belong together.
 *
 * The shorter a timing, the closer two subjects are in time: for a difference below a hundredth, take `millis: 0` and
 * thousands of rounds.
 */
export async function sideBySide<Name extends string>(
  subjects: Subjects<Name>,
  { rounds = 60, millis = 10 }: Effort = {},
): Promise<Times<Name>> {
  const plan = new Plan(subjects, rounds)
  for (const subject of plan.all) {
    for (const start = performance.now(); performance.now() - start < WARM_UP; ) await time(subject, 1)
    while ((await time(subject, subject.batch)) * subject.batch * subject.calls < millis * 1000) subject.batch *= 2
  }
  for (const [subject, times] of plan.turns()) times.push(await time(subject, subject.batch))
  return plan.times
}

/** The same for steps that take so little time that an `await` would drown them: nothing is waited for. */
export function stepsSideBySide<Name extends string>(
  subjects: Readonly<Record<Name, () => unknown>>,
  { rounds = 60, millis = 2 }: Effort = {},
): Times<Name> {
  const plan = new Plan(subjects, rounds)
  for (const subject of plan.all) {
    for (const start = performance.now(); performance.now() - start < WARM_UP / 4; ) timeStep(subject, 100)
    while (timeStep(subject, subject.batch) * subject.batch < millis * 1000) subject.batch *= 2
  }
  for (const [subject, times] of plan.turns()) times.push(timeStep(subject, subject.batch))
  return plan.times
}

type Planned = Required<Subject> & { batch: number }

const nothing = (): void => {}

/** Who is timed when, and the times. */
class Plan<Name extends string> {
  readonly all: readonly Planned[]
  readonly times: Times<Name>
  readonly #rounds: number
  readonly #taken: readonly number[][]

  constructor(subjects: Subjects<Name>, rounds: number) {
    const given = Object.entries<Subject | Subject['run']>(subjects)
    this.all = given.map(([, subject]) => ({
      calls: 1,
      before: nothing,
      after: nothing,
      batch: 1,
      ...(typeof subject === 'function' ? { run: subject } : subject),
    }))
    this.#taken = given.map(() => [])
    this.times = Object.fromEntries(given.map(([name], index) => [name, this.#taken[index]])) as unknown as Times<Name>
    this.#rounds = rounds
  }

  /** Each round begins with another subject, and every second one goes backwards: nobody has a fixed predecessor. */
  *turns(): Generator<[Planned, number[]]> {
    const many = this.all.length
    for (let round = 0; round < this.#rounds; round++) {
      for (let place = 0; place < many; place++) {
        const turned = (place + Math.floor(round / 2)) % many
        const index = round % 2 === 0 ? turned : many - 1 - turned
        yield [this.all[index] as Planned, this.#taken[index] as number[]]
      }
    }
  }
}

async function time({ run, calls, before, after }: Planned, batch: number): Promise<number> {
  await before()
  const start = performance.now()
  for (let turn = 0; turn < batch; turn++) await run()
  const micros = ((performance.now() - start) * 1000) / (batch * calls)
  await after()
  return micros
}

/** What the steps gave, so that V8 cannot leave out work whose result nobody looks at. */
export let lastResult: unknown

function timeStep({ run }: Planned, batch: number): number {
  const start = performance.now()
  for (let turn = 0; turn < batch; turn++) lastResult = run()
  return ((performance.now() - start) * 1000) / batch
}
