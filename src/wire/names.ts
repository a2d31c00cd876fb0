import { printable } from '../shared/printable.js'

/** What a context field may be called (RC-007). `__proto__` does not match, so it is never a field. */
export const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** A token, as header names are (RFC 9110, section 5.6.2), of at most `MAX_NAME_LENGTH` characters. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/

/** The most characters of a context key, of a method and of the name of a bound header. */
export const MAX_NAME_LENGTH = 256

export function isFieldName(name: string): boolean {
  return FIELD_NAME.test(name)
}

export function isHeaderName(name: string): boolean {
  return TOKEN.test(name)
}

/**
 * Whether a peer may advertise something by this name: 1 to `MAX_NAME_LENGTH` characters, none of which a terminal acts on.
 * JSON Schema counts code points, not UTF-16 code units.
 */
export function isAdvertisedName(name: string): boolean {
  if (name === '' || name.length > 2 * MAX_NAME_LENGTH || printable(name) !== name) return false
  return name.length <= MAX_NAME_LENGTH || [...name].length <= MAX_NAME_LENGTH
}
