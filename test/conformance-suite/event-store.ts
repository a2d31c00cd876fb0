type Send = (eventId: string, message: never) => Promise<void>

/** Keeps the events of one session's streams, so that a client which comes back gets what it missed. */
export class EventStore {
  readonly #events: { streamId: string; message: unknown }[] = []

  async storeEvent(streamId: string, message: unknown): Promise<string> {
    return String(this.#events.push({ streamId, message }) - 1)
  }

  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    return this.#events[Number(eventId)]?.streamId
  }

  async replayEventsAfter(lastEventId: string, { send }: { send: Send }): Promise<string> {
    const streamId = this.#events[Number(lastEventId)]?.streamId ?? ''
    for (const [index, event] of this.#events.entries()) {
      // An event without a message only tells a client where to come back to.
      const isMessage = Object.keys(event.message as object).length > 0
      if (index > Number(lastEventId) && event.streamId === streamId && isMessage) {
        await send(String(index), event.message as never)
      }
    }
    return streamId
  }
}
