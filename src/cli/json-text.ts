import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser'

/** Plain JSON, where jsonc-parser would also take comments. */
const PLAIN_JSON = { disallowComments: true }

/** The value of a JSON text, or why it is not JSON and on which of its lines. */
export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly line: number; readonly message: string }

/** Parses a JSON text (RFC 8259). The message never quotes the text, which may hold secrets. */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, ...firstError(text) }
  }
}

function firstError(text: string): { line: number; message: string } {
  let first: { line: number; message: string } | undefined
  const onError = (code: ParseErrorCode, _offset: number, _length: number, line: number): void => {
    first ??= { line: line + 1, message: wordsOf(printParseErrorCode(code)) }
  }
  try {
    visit(text, { onError }, PLAIN_JSON)
  } catch {
    // The text is nested too deeply for jsonc-parser, which is recursive.
  }
  return first ?? { line: 1, message: 'syntax error' }
}

/** `CommaExpected` as `comma expected`. */
function wordsOf(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}

/** The JSON pointer of a path (RFC 6901, section 3). */
export function pointerTo(path: readonly (string | number)[]): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Duplicates are listed until their pointers have this many characters together. */
const MAX_DUPLICATES_LENGTH = 2 ** 20

/** Where things are in a JSON text. */
export interface JsonPlaces {
  /** The line, from 1, on which the value at each wanted pointer starts. */
  readonly lines: ReadonlyMap<string, number>
  /** Each member whose object already has a member of its name. */
  readonly duplicates: readonly { readonly pointer: string; readonly line: number }[]
}

/**
 * Finds the lines of some values of a valid JSON text, and every duplicate member name.
 *
 * @param wanted JSON pointers (RFC 6901)
 * @throws RangeError for a text that is nested some thousands of levels deep
 */
export function findPlaces(text: string, wanted: readonly string[]): JsonPlaces {
  const pointers = new Set(wanted)
  const maxDepth = wanted.reduce((most, pointer) => Math.max(most, pointer.split('/').length - 1), -1)
  const lines = new Map<string, number>()
  const duplicates: { pointer: string; line: number }[] = []
  const names: Set<string>[] = []
  let room = MAX_DUPLICATES_LENGTH
  let depth = 0
  const value = (line: number, path: () => (string | number)[]): void => {
    if (depth > maxDepth) return
    const pointer = pointerTo(path())
    if (pointers.has(pointer)) lines.set(pointer, line + 1)
  }
  visit(
    text,
    {
      onObjectBegin: (_offset, _length, line, _character, path) => {
        value(line, path)
        depth++
        names.push(new Set())
      },
      onObjectProperty: (name, _offset, _length, line, _character, path) => {
        const siblings = names.at(-1)
        if (siblings?.has(name) && room > 0) {
          const pointer = pointerTo([...path(), name])
          duplicates.push({ pointer, line: line + 1 })
          room -= pointer.length
        }
        siblings?.add(name)
      },
      onObjectEnd: () => {
        depth--
        names.pop()
      },
      onArrayBegin: (_offset, _length, line, _character, path) => {
        value(line, path)
        depth++
      },
      onArrayEnd: () => {
        depth--
      },
      onLiteralValue: (_value, _offset, _length, line, _character, path) => value(line, path),
    },
    PLAIN_JSON,
  )
  return { lines, duplicates }
}
