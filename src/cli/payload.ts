import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { printable } from '../shared/printable.js'
import { CannotRun, type ProgramIo, reasonOf } from './io.js'
import { parseJson } from './json-text.js'

/** One JSON value of a payload and its text, or the issue with a line that is not a JSON value. */
export type PayloadValue =
  | { readonly line: number; readonly text: string; readonly value: unknown; readonly issue?: undefined }
  | { readonly line: number; readonly issue: string }

export interface PayloadOptions {
  /** One JSON value, one on each line, or whichever of the two the payload is. */
  readonly format: 'json' | 'lines' | 'auto'
  /** The largest size of one value. */
  readonly maxBytes: number
  /** What to do about a larger value. */
  readonly advice?: string
}

/** One line without its line feed. */
interface Line {
  readonly number: number
  /** `undefined` for bytes that are not UTF-8. */
  readonly text: string | undefined
}

type Lines = AsyncIterable<Line> | Iterable<Line>

/**
 * Reads the values of a payload. JSON lines are read one at a time; one JSON value is read whole. With `auto`, a
 * payload whose first line is a JSON value is JSON lines. Any other payload is one JSON value, or, if it cannot be
 * parsed as one, JSON lines if its last line is a JSON value.
 *
 * @param source the path of a file, or `-` for stdin
 * @throws CannotRun for a payload that cannot be read, is empty or is not JSON, and for a value over `maxBytes`
 */
export async function* readPayload(
  source: string,
  options: PayloadOptions,
  io: Pick<ProgramIo, 'stdin' | 'cwd'>,
): AsyncGenerator<PayloadValue> {
  const { format } = options
  const name = nameOf(source)
  const lines = linesOf(chunksOf(source, io), name, options)
  const first = await firstText(lines)
  if (first === undefined) throw new CannotRun(`${name} is empty: there is nothing to read`)
  if (format === 'lines' || (format === 'auto' && isJson(first))) return yield* eachLine(name, prepend(first, lines))

  const text = await joined(prepend(first, lines), name, options)
  const parsed = parseJson(text)
  if (parsed.ok) return yield { line: first.number, text, value: parsed.value }

  const lastLine = text.slice(text.trimEnd().lastIndexOf('\n') + 1)
  if (format === 'auto' && parseJson(lastLine).ok) return yield* eachLine(name, numbered(text, first.number))
  const hint = format === 'auto' ? '; pass --lines if each line is a JSON value' : ''
  throw new CannotRun(`${name} is not JSON: ${parsed.message} on line ${first.number + parsed.line - 1}${hint}`)
}

/**
 * Reads one JSON value.
 *
 * @throws CannotRun as `readPayload` does
 */
export async function readDocument(
  source: string,
  maxBytes: number,
  io: Pick<ProgramIo, 'stdin' | 'cwd'>,
): Promise<unknown> {
  for await (const item of readPayload(source, { format: 'json', maxBytes }, io)) {
    if (item.issue === undefined) return item.value
  }
  return undefined
}

/** What messages call a payload. */
function nameOf(source: string): string {
  return source === '-' ? 'stdin' : printable(source)
}

async function* chunksOf(source: string, { stdin, cwd }: Pick<ProgramIo, 'stdin' | 'cwd'>): AsyncGenerator<Buffer> {
  try {
    yield* source === '-' ? stdin : createReadStream(resolve(cwd, source))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder: give a file',
      EACCES: 'you may not read it',
    }
    throw new CannotRun(`cannot read ${nameOf(source)}: ${reasons[code] ?? reasonOf(error)}`)
  }
}

const LINE_FEED = 0x0a
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Holds one line at most. `node:readline` is no use here: it has no limit for a line, and hides invalid UTF-8. */
async function* linesOf(chunks: AsyncIterable<Buffer>, name: string, options: PayloadOptions): AsyncGenerator<Line> {
  let number = 1
  let parts: Buffer[] = []
  let size = 0
  const add = (part: Buffer): void => {
    size += part.length
    if (size > options.maxBytes) throw tooLarge(name, number, options)
    parts.push(part)
  }
  const end = (): Line => {
    const line = { number: number++, text: decode(parts.length === 1 ? parts[0] : Buffer.concat(parts)) }
    parts = []
    size = 0
    return line
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let feed = chunk.indexOf(LINE_FEED); feed >= 0; feed = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, feed))
      yield end()
      start = feed + 1
    }
    if (start < chunk.length) add(chunk.subarray(start))
  }
  if (size > 0) yield end()
}

function decode(bytes: Buffer | undefined): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

async function* eachLine(name: string, lines: Lines): AsyncGenerator<PayloadValue> {
  let found = false
  for await (const { number, text } of lines) {
    if (isBlank(text)) continue
    const parsed = text === undefined ? undefined : parseJson(text)
    if (text !== undefined && parsed?.ok) {
      found = true
      yield { line: number, text, value: parsed.value }
    } else {
      yield { line: number, issue: parsed?.ok === false ? `is not JSON: ${parsed.message}` : 'is not UTF-8 text' }
    }
  }
  if (!found) throw new CannotRun(`${name} is not JSON: none of its lines is a JSON value`)
}

const LINES_IN_BLOCK = 10_000

/** Joins in blocks: an array of millions of short strings takes far more memory than their text. */
async function joined(lines: Lines, name: string, options: PayloadOptions): Promise<string> {
  let text = ''
  let block: string[] = []
  let bytes = 0
  let first: number | undefined
  for await (const line of lines) {
    first ??= line.number
    if (line.text === undefined) throw new CannotRun(`${name} is not JSON: it is not UTF-8 text`)
    bytes += Buffer.byteLength(line.text) + 1
    if (bytes > options.maxBytes + 1) throw tooLarge(name, first, options)
    if (block.push(`${line.text}\n`) < LINES_IN_BLOCK) continue
    text += block.join('')
    block = []
  }
  return (text + block.join('')).slice(0, -1)
}

function tooLarge(name: string, line: number, { maxBytes, advice }: PayloadOptions): CannotRun {
  const message = `${name}: the JSON value on line ${line} takes more than ${maxBytes} bytes`
  return new CannotRun(advice === undefined ? message : `${message}: ${advice}`)
}

/** The first line that is not blank. */
async function firstText(lines: AsyncGenerator<Line>): Promise<Line | undefined> {
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    if (!isBlank(next.value.text)) return next.value
  }
  return undefined
}

async function* prepend(first: Line, lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  yield first
  yield* lines
}

function* numbered(text: string, first: number): Generator<Line> {
  for (const [index, line] of text.split('\n').entries()) yield { number: first + index, text: line }
}

/** Bytes that are not UTF-8 are not blank. */
function isBlank(text: string | undefined): boolean {
  return text?.trim() === ''
}

function isJson({ text }: Line): boolean {
  return text !== undefined && parseJson(text).ok
}
