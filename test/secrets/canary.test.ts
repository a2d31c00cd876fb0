import { expect, test } from 'vitest'
import { CANARIES, leaks, leaksIn, TOKEN } from './canary.js'

test.each(Object.entries(CANARIES))('the search finds %s', (_kind, value) => {
  expect(leaks({ value })).not.toEqual([])
  expect(leaksIn(JSON.stringify(value))).not.toEqual([])
})

const nested = { a: { b: { c: { d: { e: TOKEN } } } } }
const withSymbol = { [Symbol('x')]: TOKEN }
const hidden = Object.defineProperty({}, 'x', { value: TOKEN })
const gotten = {
  get x() {
    return TOKEN
  },
}

test.each<[string, unknown]>([
  ['in other letters', TOKEN.toUpperCase()],
  ['in part', `a${TOKEN.slice(4, 10)}b`],
  ['escaped in JSON', JSON.stringify({ token: TOKEN })],
  ['in Base64', Buffer.from(TOKEN).toString('base64')],
  ['in Base64 of a longer text', Buffer.from(`Bearer ${TOKEN}`).toString('base64')],
  ['in Base64 of another one', Buffer.from(`ab${TOKEN} `).toString('base64')],
  ['in hexadecimal', Buffer.from(TOKEN).toString('hex')],
  ['percent-encoded', encodeURIComponent(` ${TOKEN} `)],
  ['deep within', nested],
  ['below a symbol', withSymbol],
  ['in a hidden member', hidden],
  ['behind a getter', gotten],
  ['in a message', new Error(`x ${TOKEN}`)],
  ['in a cause', new Error('x', { cause: new Error(TOKEN) })],
  ['in a list of errors', new AggregateError([new Error(TOKEN)])],
  ['in a Map', new Map([['x', TOKEN]])],
  ['behind a proxy', new Proxy({}, { get: () => TOKEN, ownKeys: () => [TOKEN] })],
  ['as what a function is called', Object.defineProperty(() => {}, 'name', { value: TOKEN })],
  ['as a member of headers', new Headers({ token: TOKEN })],
])('the search finds a secret %s', (_place, value) => {
  expect(leaks({ value })).toHaveLength(1)
})

test.each<[string, unknown]>([
  ['ordinary text', 'a request context has no such thing as 7391462 or Zq7Wv'],
  ['an ordinary error', new Error('Invalid request context: token: is not valid')],
])('the search finds nothing in %s', (_kind, value) => {
  expect(leaks({ value })).toEqual([])
})
