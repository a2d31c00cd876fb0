import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser'
import { pointerOf } from './fault.js'

const STRICT = { disallowComments: true }

/** A JSON text: its value, or why it is none and in which of its lines. */
export type JsonText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly line: number; readonly reason: string }

/** Reads a JSON text (RFC 8259). The reason never quotes the text, which may hold secrets. */
export function parseJson(text: string): JsonText {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, ...firstError(text) }
  }
}

function firstError(text: string): { line: number; reason: string } {
  let first: { line: number; reason: string } | undefined
  const onError = (code: ParseErrorCode, _offset: number, _length: number, line: number): void => {
    first ??= { line: line + 1, reason: wordsOf(printParseErrorCode(code)) }
  }
  try {
    visit(text, { onError }, STRICT)
  } catch {
    // Nested too deeply for the scanner that counts lines.
  }
  return first ?? { line: 1, reason: 'syntax error' }
}

/** `CommaExpected` as `comma expected`. */
function wordsOf(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}

/** Duplicates whose pointers have more characters than this together are not listed. */
const LONGEST_DUPLICATES = 2 ** 20

/** Where things stand in a JSON text. */
export interface Places {
  /** The line, from 1, on which the value at a pointer starts, for each pointer that was asked for. */
  readonly lines: ReadonlyMap<string, number>
  /** Each member whose name its object has already. */
  readonly duplicates: readonly { readonly pointer: string; readonly line: number }[]
}

/**
 * Finds the lines of some values of a valid JSON text, and every duplicate member name.
 *
 * @param wanted JSON pointers (RFC 6901)
 * @throws RangeError for a text that is nested some thousands of levels deep
 */
export function placesIn(text: string, wanted: readonly string[]): Places {
  const sought = new Set(wanted)
  const deepest = wanted.reduce((most, pointer) => Math.max(most, pointer.split('/').length - 1), -1)
  const lines = new Map<string, number>()
  const duplicates: { pointer: string; line: number }[] = []
  const names: Set<string>[] = []
  let room = LONGEST_DUPLICATES
  let depth = 0
  const value = (line: number, path: () => (string | number)[]): void => {
    if (depth > deepest) return
    const pointer = pointerOf(path())
    if (sought.has(pointer)) lines.set(pointer, line + 1)
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
          const pointer = pointerOf([...path(), name])
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
    STRICT,
  )
  return { lines, duplicates }
}
