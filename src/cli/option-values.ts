import { InvalidArgumentError } from 'commander'
import { CannotRun } from './failure.js'

/** V8 makes no string much longer. */
const MOST_BYTES = 256 * 1024 * 1024
const LONGEST_WAIT = 600

/** The value of `--max-bytes`. */
export function maxBytes(text: string): number {
  const bytes = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (bytes >= 1 && bytes <= MOST_BYTES) return bytes
  throw new InvalidArgumentError(`Give a number of bytes from 1 to ${MOST_BYTES}.`)
}

/** The value of `--timeout`, in seconds. */
export function seconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value > 0 && value <= LONGEST_WAIT) return value
  throw new InvalidArgumentError(`Give a number of seconds, at most ${LONGEST_WAIT}.`)
}

/** The values of `--header`, gathered. A fault is told without the value, which may be a secret: commander would quote it. */
export function headerLine(text: string, before: Headers = new Headers()): Headers {
  const colon = text.indexOf(':')
  try {
    before.append(text.slice(0, Math.max(colon, 0)), text.slice(colon + 1).trim())
  } catch {
    throw new CannotRun("this --header is none: give --header 'Name: value'")
  }
  return before
}
