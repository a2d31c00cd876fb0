/**
 * Finds a context key in JSON text without parsing it, whichever of its characters the writer escaped (RFC 8259,
 * section 7).
 *
 * @returns whether a text may have a member of this name; `false` is certain
 */
export function keyFinder(key: string): (text: string) => boolean {
  const characters = Array.from(key, (character) => {
    const literal = character === '/' ? '\\\\?/' : character.replace('.', '\\.')
    const code = character.charCodeAt(0).toString(16)
    const digits = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
    return `(?:${literal}|\\\\u00${digits})`
  })
  const pattern = new RegExp(`"${characters.join('')}"`)
  return (text) => pattern.test(text)
}
