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

/** What kind of value it is, for a message. The value itself is never shown. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  const kind = typeof value === 'object' ? tagOf(value).slice('[object '.length, -1) : typeof value
  // An object can give itself any tag. Only the name of a built-in is shown.
  if (typeof value === 'object' && !(kind in globalThis)) return 'an object'
  return /^[AEIOU]/.test(kind) ? `an ${kind}` : `a ${kind}`
}

/** What `Object.prototype` calls an object: `[object Map]`. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value)
}
