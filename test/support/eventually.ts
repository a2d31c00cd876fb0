// Waiting for what happens, however long a busy machine takes for it.
import { vi } from 'vitest'

/** Waits until a check holds, and gives what it returns. It fails after a minute with what the check says then. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 60_000, interval: 5 })
}

/** Lets everything run that is ready to run: promises that are settled, and what they lead to. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
