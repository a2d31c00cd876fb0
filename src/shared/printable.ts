/** Control and format characters and line separators: they can forge a line of a log, reorder it, or drive a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** The most characters of a name that a message shows. */
const MAX_QUOTED_LENGTH = 80

/** Text that somebody else wrote, on one line and with nothing that a terminal acts on: an escape reads `\u001b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16)
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
  })
}

/** A name for a message: quoted, escaped, and cut when it is long, so that a peer's text cannot flood a log. */
export function quote(name: unknown): string {
  const text = typeof name === 'object' && name !== null ? Object.prototype.toString.call(name) : String(name)
  const shown = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}...` : text
  return JSON.stringify(shown)
}
