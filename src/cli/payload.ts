import { CannotRun } from './failure.js'
import { parseJson } from './json-text.js'
import { isBlank, nameOf, type TextLine, textLines, tooLarge, type ValueLimit } from './text-lines.js'

/** One JSON value of a payload, with its text, or why a line holds none. */
export type PayloadValue =
  | { readonly line: number; readonly text: string; readonly value: unknown; readonly fault?: undefined }
  | { readonly line: number; readonly fault: string }

export interface PayloadOptions extends ValueLimit {
  /** One JSON value, one on each line, or whichever of the two the payload is. */
  readonly format: 'json' | 'lines' | 'auto'
}

const LINES_IN_BLOCK = 10_000

type Lines = AsyncIterable<TextLine> | Iterable<TextLine>

/**
 * Reads the values of a payload. JSON lines are read one at a time, however long the payload; one JSON value is read
 * whole. With `auto`, a payload whose first line is a JSON value of its own is JSON lines; any other is one JSON value,
 * or, where it does not parse as one, JSON lines if its last line is a JSON value.
 *
 * @param source the path of a file, or `-` for stdin
 * @throws CannotRun for a payload that cannot be read, is empty or is not JSON, or a value of more than `maxBytes` bytes
 */
export async function* readPayload(source: string, options: PayloadOptions): AsyncGenerator<PayloadValue> {
  const { format } = options
  const name = nameOf(source)
  const lines = textLines(source, options)
  const first = await firstText(lines)
  if (first === undefined) throw new CannotRun(`${name} is empty: there is nothing to read`)
  if (format === 'lines' || (format === 'auto' && isJson(first))) return yield* eachLine(name, follow(first, lines))
  const text = await joined(follow(first, lines), name, options)
  const parsed = parseJson(text)
  if (parsed.ok) return yield { line: first.number, text, value: parsed.value }
  const lastLine = text.slice(text.trimEnd().lastIndexOf('\n') + 1)
  if (format === 'auto' && parseJson(lastLine).ok) return yield* eachLine(name, numbered(text, first.number))
  const hint = format === 'auto' ? '; pass --lines if each line is a JSON value' : ''
  throw new CannotRun(`${name} is not JSON: ${parsed.reason} on line ${first.number + parsed.line - 1}${hint}`)
}

/**
 * Reads one JSON value.
 *
 * @throws CannotRun as `readPayload`
 */
export async function readDocument(source: string, maxBytes: number): Promise<unknown> {
  for await (const item of readPayload(source, { format: 'json', maxBytes })) {
    if (item.fault === undefined) return item.value
  }
  return undefined
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
      yield { line: number, fault: parsed?.ok === false ? `is not JSON: ${parsed.reason}` : 'is not UTF-8 text' }
    }
  }
  if (!found) throw new CannotRun(`${name} is not JSON: no line of it is a JSON value`)
}

/** The whole text; joined in blocks, for millions of short strings take far more memory than they hold. */
async function joined(lines: Lines, name: string, limit: ValueLimit): Promise<string> {
  const blocks: string[] = []
  let block: string[] = []
  let bytes = 0
  let first: number | undefined
  for await (const { number, text } of lines) {
    first ??= number
    if (text === undefined) throw new CannotRun(`${name} is not JSON: it is not UTF-8 text`)
    bytes += Buffer.byteLength(text) + 1
    if (bytes > limit.maxBytes + 1) throw tooLarge(name, first, limit)
    if (block.push(text) < LINES_IN_BLOCK) continue
    blocks.push(block.join('\n'))
    block = []
  }
  return [...blocks, ...(block.length > 0 ? [block.join('\n')] : [])].join('\n')
}

function* numbered(text: string, first: number): Generator<TextLine> {
  for (const [index, line] of text.split('\n').entries()) yield { number: first + index, text: line }
}

/** The first line that holds anything. */
async function firstText(lines: AsyncGenerator<TextLine>): Promise<TextLine | undefined> {
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    if (!isBlank(next.value.text)) return next.value
  }
  return undefined
}

async function* follow(first: TextLine, lines: AsyncIterable<TextLine>): AsyncGenerator<TextLine> {
  yield first
  yield* lines
}

function isJson({ text }: TextLine): boolean {
  return text !== undefined && parseJson(text).ok
}
