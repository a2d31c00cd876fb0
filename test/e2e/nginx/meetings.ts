import { setTimeout as sleep } from 'node:timers/promises'

/** Where calls wait for each other, or for a word from outside. */
export class Meetings {
  readonly #meetings = new Map<string, Meeting>()

  /** Waits until as many as this have come, for at most a minute. The answer is whether they have. */
  async meet(name: string, count: number): Promise<boolean> {
    const meeting = this.#of(name)
    meeting.arrived++
    if (meeting.arrived === count) meeting.open()
    await Promise.race([meeting.opened, sleep(60_000, undefined, { ref: false })])
    return meeting.arrived === count
  }

  /** Waits until it is opened. */
  wait(name: string): Promise<void> {
    return this.#of(name).opened
  }

  open(name: string): void {
    this.#of(name).open()
  }

  #of(name: string): Meeting {
    const meeting = this.#meetings.get(name) ?? newMeeting()
    this.#meetings.set(name, meeting)
    return meeting
  }
}

interface Meeting {
  arrived: number
  readonly open: () => void
  readonly opened: Promise<void>
}

function newMeeting(): Meeting {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { arrived: 0, open, opened }
}
