/** Control and format characters and line separators: they can forge a line of a log, reorder it, or drive a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** The most characters of a name that a message shows. */
const MAX_QUOTED_LENGTH = 80

/** Text that somebody else wrote, on one line and with nothing that a terminal acts on: an escape reads `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** A name for a message: quoted, escaped, and cut when it is long, so that a peer's text cannot flood a log. */
export function quote(name: unknown): string {
  if (typeof name === 'object') return kindOf(name)
  const text = String(name)
  const shown = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}...` : text
  return JSON.stringify(shown)
}

/** The type of a value, for a message: `undefined`, `null`, `Date`. The value itself is never shown. */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  const kind = tagOf(value).slice('[object '.length, -1)
  // An object can give itself any tag. Only the name of a built-in is shown.
  return kind in globalThis ? kind : 'object'
}

/** What `Object.prototype` calls an object: `[object Map]`. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value)
}
