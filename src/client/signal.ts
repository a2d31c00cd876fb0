/** The signal among the arguments after the message: the options come last, after a schema or without one. */
export function signalOf(rest: readonly unknown[]): AbortSignal | undefined {
  const options = rest.at(1) ?? rest.at(0)
  const signal = (options as { signal?: Partial<AbortSignal> } | null | undefined)?.signal
  return typeof signal?.addEventListener === 'function' ? (signal as AbortSignal) : undefined
}
