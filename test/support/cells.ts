// How much of a table of cells runs. A cell is one way in which a client and a server can meet.
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The project `matrix` takes them all; `integration` takes one of each kind from the same tables. */
    readonly cells: 'one of each' | 'all'
  }
}

/** Whether each claim is tried in every cell. */
export const EVERY_CELL = inject('cells') === 'all'
