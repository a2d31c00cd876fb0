/** What is wrong with a payload, and where. It never holds a value of the payload. */
export interface Fault {
  /** A JSON pointer (RFC 6901); `''` is the whole value. */
  readonly pointer: string
  readonly reason: string
}

/** The JSON pointer of a path (RFC 6901, section 3). */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
