import { ContextError } from 'mcp-request-context'
import { decodeHeaderValue, encodeHeaderValue } from 'mcp-request-context/http'
import { describe, expect, it } from 'vitest'

/** What a header is when it has gone through a real one. */
function through(value: string): string | null {
  return new Headers({ 'X-Value': value }).get('X-Value')
}

const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

describe('what is plain travels as it is', () => {
  it.each<[string, string]>([
    ['a word', 'acme'],
    ['one character', '!'],
    ['a space within', 'acme corp'],
    ['a tab within', 'acme\tcorp'],
    ['several spaces within', 'a  b   c'],
    ['every visible ASCII character', String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 0x21 + index))],
    ['a comma and quotes', '"a", b;c="d"'],
    ['a number', '7'],
    ['the end of an encoded value', 'acme?='],
    ['another encoding’s marker', '=?utf-8?B?YWNtZQ==?='],
    ['the marker in capitals', '=?BASE64?YWNtZQ==?='],
    ['the marker but for its last character', '=?base64'],
    ['an encoded value within', 'x =?base64?YWNtZQ==?= y'],
  ])('%s', (_claim, value) => {
    expect(encodeHeaderValue(value)).toBe(value)
    expect(decodeHeaderValue(value)).toBe(value)
    expect(through(value)).toBe(value)
  })
})

describe('what a header would lose or refuse survives it', () => {
  it.each<[string, string, string]>([
    ['nothing at all', '', '=?base64??='],
    ['a leading space', ' acme', '=?base64?IGFjbWU=?='],
    ['a trailing space', 'acme ', '=?base64?YWNtZSA=?='],
    ['a leading tab', '\tacme', '=?base64?CWFjbWU=?='],
    ['a trailing tab', 'acme\t', '=?base64?YWNtZQk=?='],
    ['a space alone', ' ', '=?base64?IA==?='],
    ['a line feed', 'a\nb', '=?base64?YQpi?='],
    ['a line feed at the end', 'acme\n', '=?base64?YWNtZQo=?='],
    ['a carriage return', 'a\rb', '=?base64?YQ1i?='],
    ['another header', 'a\r\nX-Admin: true', '=?base64?YQ0KWC1BZG1pbjogdHJ1ZQ==?='],
    ['a NUL', 'a\0b', '=?base64?YQBi?='],
    ['an escape', '\u001b[31m', '=?base64?G1szMW0=?='],
    ['a DEL', 'a\u007fb', '=?base64?YX9i?='],
    ['a letter of Latin 1', 'Zürich', '=?base64?WsO8cmljaA==?='],
    ['a no-break space at the end', 'acme\u00a0', '=?base64?YWNtZcKg?='],
    ['a letter of no Latin', '東京', '=?base64?5p2x5Lqs?='],
    ['an emoji', '🏔', '=?base64?8J+PlA==?='],
    ['a byte order mark', '\ufeffacme', '=?base64?77u/YWNtZQ==?='],
    ['a value that looks encoded', '=?base64?YWNtZQ==?=', '=?base64?PT9iYXNlNjQ/WVdOdFpRPT0/PQ==?='],
    ['a value that looks encoded and is not', '=?base64?acme?=', '=?base64?PT9iYXNlNjQ/YWNtZT89?='],
    ['the marker with its ends run together', '=?base64?=', '=?base64?PT9iYXNlNjQ/PQ==?='],
    ['a value that only begins as an encoded one', '=?base64?acme', '=?base64?PT9iYXNlNjQ/YWNtZQ==?='],
    ['the beginning of an encoded one alone', '=?base64?', '=?base64?PT9iYXNlNjQ/?='],
  ])('%s', (_claim, value, encoded) => {
    expect(encodeHeaderValue(value)).toBe(encoded)
    expect(through(encoded)).toBe(encoded)
    expect(decodeHeaderValue(encoded)).toBe(value)
  })

  it('64 KB of it', () => {
    const value = 'é'.repeat(65_536)
    expect(decodeHeaderValue(encodeHeaderValue(value))).toBe(value)
  })

  it.each<[string, string]>([
    ['high', '\ud83c'],
    ['low', 'a\udfd4b'],
    ['high before a pair', '\ud83c🏔'],
    ['low after a pair', '🏔\udfd4'],
  ])('but a lone surrogate (%s), which UTF-8 cannot carry, is refused', (_claim, value) => {
    expect(() => encodeHeaderValue(value)).toThrow(ContextError)
    expect(() => encodeHeaderValue(value)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining('surrogate') }),
    )
  })
})

describe('a header that claims to be encoded and is not has no value', () => {
  it.each<[string, string]>([
    ['padding that is missing', '=?base64?YQ?='],
    ['padding that is half there', '=?base64?YQ=?='],
    ['padding too much', '=?base64?YWNt=?='],
    ['padding alone', '=?base64?==?='],
    ['padding within', '=?base64?YQ==YQ==?='],
    ['a rest of one character', '=?base64?YWNtZ?='],
    ['white space within', '=?base64?YW Nt?='],
    ['white space instead of padding', '=?base64?YWN ?='],
    ['white space before, instead of padding', '=?base64? YWN?='],
    ['white space at the end', '=?base64?YWNt ?='],
    ['a tab', '=?base64?YW\tNt?='],
    ['a line break at the end', '=?base64?YWNt\n?='],
    ['the alphabet of URLs', '=?base64?8J-PlA==?='],
    ['a character that no alphabet has', '=?base64?YW*t?='],
    ['text that is no base64', '=?base64?not base64!?='],
    ['bits that no byte has, before padding of two', '=?base64?YWNtZR==?='],
    ['bits that no byte has, before padding of one', '=?base64?w7x=?='],
    ['a byte of Latin 1 within', '=?base64?YW\u00e9t?='],
    ['a byte that UTF-8 has not', '=?base64?/w==?='],
    ['a sequence cut short', '=?base64?4oI=?='],
    ['an overlong form of a slash', '=?base64?wK8=?='],
    ['a surrogate in UTF-8', '=?base64?7aCA?='],
    ['a code point past the last', '=?base64?9JCAgA==?='],
  ])('%s', (_claim, header) => {
    expect(decodeHeaderValue(header)).toBeUndefined()
  })
})

describe('a header that does not claim to be encoded is its own value', () => {
  it.each<[string, string]>([
    ['empty', ''],
    ['with the marker’s ends run together', '=?base64?='],
    ['with the marker at its beginning alone', '=?base64?acme'],
    ['with a tab', 'a\tb'],
    ['with the marker not at its beginning', 'x=?base64?YWNtZQ==?='],
    ['with more after the marker', '=?base64?YWNtZQ==?= '],
  ])('%s', (_claim, header) => {
    expect(decodeHeaderValue(header)).toBe(header)
  })
})

describe('a header with what is not visible ASCII, a space or a tab has no value', () => {
  it.each<[string, string]>([
    ['a letter of Latin 1', 'Z\u00fcrich'],
    ['bytes of UTF-8, as HTTP hands them on', 'Z\u00c3\u00bcrich'],
    ['the first byte past ASCII', '\u0080'],
    ['a no-break space at the end', 'acme\u00a0'],
    ['a NUL', 'a\0b'],
    ['an escape', '\u001b[31m'],
    ['a DEL', 'a\u007fb'],
    ['a line feed at the end', 'acme\n'],
    ['a character that no header can have', '\u6771'],
  ])('%s', (_claim, header) => {
    expect(decodeHeaderValue(header)).toBeUndefined()
  })
})

it('every one of 5000 strings at random survives a real header', () => {
  const random = randomFrom(2026)
  // Ends of ranges: ASCII mostly, what the marker is made of, Latin 1, the rest below the surrogates, beyond them.
  const pieces = ['=?base64?', '?=', ' ', '\t', '\r\n', '\0']
  const ranges = [
    [0x21, 0x7f],
    [0x21, 0x7f],
    [0x00, 0x100],
    [0x100, 0xd800],
    [0xe000, 0x11_0000],
  ] as const
  const piece = () => {
    const index = random(ranges.length + 1)
    const [from, to] = ranges[index] ?? [0, 0]
    return to === 0 ? (pieces[random(pieces.length)] ?? '') : String.fromCodePoint(from + random(to - from))
  }
  let plain = 0
  for (let round = 0; round < 5000; round++) {
    const value = Array.from({ length: random(8) }, piece).join('')
    const encoded = encodeHeaderValue(value)
    expect(encoded).toMatch(/^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/)
    expect([value, base64(value)]).toContain(encoded)
    expect(decodeHeaderValue(through(encoded) ?? '')).toBe(value)
    if (encoded === value) plain++
    expect(encoded.startsWith('=?base64?')).toBe(encoded !== value)
  }
  // Neither way is taken always.
  expect(plain).toBeGreaterThan(200)
  expect(plain).toBeLessThan(4000)
})

/** The same numbers in each run: mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
