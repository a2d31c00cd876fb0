import { createReadStream } from 'node:fs'
import { byteLines } from './byte-lines.js'
import { CannotRun, reasonOf } from './failure.js'
import { printable } from './printable.js'

/** One line of a payload, without its line feed. */
export interface TextLine {
  readonly number: number
  /** `undefined` for bytes that are not UTF-8. */
  readonly text: string | undefined
}

/** How large a value may be. */
export interface ValueLimit {
  readonly maxBytes: number
  /** What to do about a larger one. */
  readonly advice?: string
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads the lines of a payload, one at a time.
 *
 * @param source the path of a file, or `-` for stdin
 * @throws CannotRun for a payload that cannot be read, or a line of more bytes than the limit
 */
export async function* textLines(source: string, limit: ValueLimit): AsyncGenerator<TextLine> {
  const tooLong = (line: number) => tooLarge(nameOf(source), line, limit)
  for await (const { number, bytes } of byteLines(chunksOf(source), limit.maxBytes, tooLong)) {
    yield { number, text: textOf(bytes) }
  }
}

async function* chunksOf(source: string): AsyncGenerator<Buffer> {
  try {
    yield* source === '-' ? process.stdin : createReadStream(source)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const why: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder: give a file',
      EACCES: 'you may not read it',
    }
    throw new CannotRun(`cannot read ${nameOf(source)}: ${why[code] ?? reasonOf(error)}`)
  }
}

/** What to call a payload in a message. */
export function nameOf(source: string): string {
  return source === '-' ? 'stdin' : printable(source)
}

/** The error for a value that is too large. */
export function tooLarge(name: string, line: number, { maxBytes, advice }: ValueLimit): CannotRun {
  const fault = `${name}: the JSON value on line ${line} takes more than ${maxBytes} bytes`
  return new CannotRun(advice === undefined ? fault : `${fault}: ${advice}`)
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

/** Whether a line holds nothing; one that is no text holds something. */
export function isBlank(text: string | undefined): boolean {
  return text?.trim() === ''
}
