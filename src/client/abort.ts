/** The signal among the arguments after the message: the options come last, after a schema or without one. */
export function signalOf(rest: readonly unknown[]): AbortSignal | undefined {
  const options = rest.at(1) ?? rest.at(0)
  const signal = (options as { signal?: Partial<AbortSignal> } | null | undefined)?.signal
  return typeof signal?.addEventListener === 'function' ? (signal as AbortSignal) : undefined
}

/** Waits for a source no longer than the caller does. */
export function untilAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return pending
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
