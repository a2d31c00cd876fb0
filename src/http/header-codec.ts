import { ContextError } from '../core/error.js'

// MCP 2026-07-28, Streamable HTTP, value encoding: what is no plain field value travels as Base64 of its UTF-8.
const PREFIX = '=?base64?'
const SUFFIX = '?='

// RFC 9110, section 5.5: visible ASCII, with spaces and tabs only within.
const PLAIN = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/**
 * Makes an HTTP field value of any string: itself where it is plain ASCII without white space around it, or else
 * `=?base64?...?=` (MCP 2026-07-28, Streamable HTTP).
 *
 * @throws ContextError `invalid` for a lone surrogate, which UTF-8 cannot carry
 * @example
 * encodeHeaderValue('acme') // 'acme'
 * encodeHeaderValue('Zürich') // '=?base64?WsO8cmljaA==?='
 */
export function encodeHeaderValue(value: string): string {
  if (PLAIN.test(value) && !(value.startsWith(PREFIX) && value.endsWith(SUFFIX))) return value
  if (LONE_SURROGATE.test(value)) {
    throw new ContextError('invalid', 'a string with a lone surrogate cannot be an HTTP header value')
  }
  let binary = ''
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte)
  return `${PREFIX}${btoa(binary)}${SUFFIX}`
}

/**
 * Reads back what {@link encodeHeaderValue} made.
 *
 * @returns the string, or `undefined` where the value claims to be Base64 of UTF-8 and is not
 */
export function decodeHeaderValue(value: string): string | undefined {
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX) || value.length < PREFIX.length + SUFFIX.length) {
    return value
  }
  const base64 = value.slice(PREFIX.length, -SUFFIX.length)
  // atob() skips white space and forgives missing padding; a header value has one form only.
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
