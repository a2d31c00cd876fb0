// Work grows with the size of what a peer sends, and not with its square. Each function gets an input of a size that takes
// well below a second if it does, and many minutes if it does not: such a test does not end.
import {
  type AnyDefinition,
  contextErrorFrom,
  decodeContext,
  defineContext,
  encodeContext,
  redactContext,
  validateMetaKey,
} from 'mcp-request-context'
import { createContextClient, supportedContexts } from 'mcp-request-context/client'
import { contextFetch, decodeHeaderValue, encodeHeaderValue, headersToContext } from 'mcp-request-context/http'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findPlaces } from '../../src/cli/json-text.js'
import { printable } from '../../src/shared/printable.js'
import { bound } from './definitions.js'
import { inTime } from './harmless.js'

/** What is made for a size is not part of what is tried. */
type Case = [claim: string, size: number, prepare: (size: number) => () => unknown]

/** Characters of a text, members of an object or an array: the square of each is more than a processor does in minutes. */
const LONG = 4_000_000
const MANY = 400_000

const many = <T>(size: number, make: (index: number) => T): T[] => Array.from(Array(size), (_, index) => make(index))
const members = (size: number, value: unknown) => Object.fromEntries(many(size, (index) => [`f${index}`, value]))

/** Limits that let through what is tried. */
const limits = { maxBytes: 2 ** 30, maxFields: 2 ** 20, maxDepth: 256 }
const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: object) => ({ value }) } } as never
const open = defineContext({ schema: anything, limits })
const usual = defineContext({ schema: anything })
const quoting = defineContext({
  schema: z.object({ notes: z.record(z.string(), z.number()).optional(), token: z.unknown() }),
  sensitive: ['token'],
  limits,
})

function withFields(size: number, use: (fields: object) => unknown): () => unknown {
  const fields = members(size, 1)
  return () => use(fields)
}

function bothWays(definition: AnyDefinition, value: object): () => unknown {
  return () => {
    decodeContext(definition, value)
    try {
      encodeContext(definition, value)
    } catch {
      // To refuse is work as well.
    }
  }
}

const CODEC: Case[] = [
  ['a string', LONG, (size) => bothWays(open, { text: 'x'.repeat(size) })],
  ['a string beyond ASCII', LONG, (size) => bothWays(open, { text: 'é🏔'.repeat(size) })],
  ['a string of what JSON escapes', LONG, (size) => bothWays(open, { text: '"\u0000\ud800'.repeat(size) })],
  ['fields', MANY, (size) => withFields(size, (fields) => decodeContext(open, fields))],
  ['fields over the limit', MANY, (size) => withFields(size, (fields) => decodeContext(usual, fields))],
  ['items', MANY, (size) => bothWays(open, { list: many(size, () => 1.5) })],
  ['items over the limit', MANY, (size) => bothWays(usual, { list: many(size, () => 1.5) })],
  ['objects within', MANY, (size) => bothWays(open, { list: many(size, () => ({ a: [] })) })],
  ['a name within', LONG, (size) => bothWays(open, { a: { ['é'.repeat(size)]: 1 } })],
  ['levels over the limit', 5000, (size) => bothWays(usual, JSON.parse(`${'{"a":'.repeat(size)}1${'}'.repeat(size)}`))],
  ['issues that a schema finds', MANY / 4, (size) => bothWays(quoting, { notes: members(size, ''), token: 'x' })],
  ['issues at long names', LONG, (size) => bothWays(quoting, { notes: { ['é'.repeat(size)]: '' }, token: 'x' })],
  ['secrets', MANY, (size) => bothWays(quoting, { notes: { a: '' }, token: many(size, (index) => `s${index}`) })],
  ['the words of a secret', LONG / 4, (size) => bothWays(quoting, { notes: { a: '' }, token: 'abcd-'.repeat(size) })],
  [
    'a secret in a name',
    LONG / 4,
    (size) => bothWays(quoting, { notes: { ['a'.repeat(2 * size)]: '' }, token: `b${'a'.repeat(size)}` }),
  ],
  ['fields to redact', MANY, (size) => withFields(size, (fields) => redactContext(quoting, fields))],
]

const readBearer = (value: string) => () => headersToContext(bound, new Headers({ authorization: value }))
const readInteger = (value: string) => () => headersToContext(bound, new Headers({ 'x-retries': value }))
const mirror = contextFetch(bound, async () => new Response())
const post = (body: string) => () => void mirror('http://localhost/', { method: 'POST', body }).catch(() => {})
const message = (context: object) => ({ method: 'x', params: { _meta: { [bound.key]: context } } })

const reading = (value: string) => () => decodeHeaderValue(value)
const writing = (text: string) => () => encodeHeaderValue(text)
const notWriting = (text: string) => () => expect(() => encodeHeaderValue(text)).toThrow()

const HTTP: Case[] = [
  ['a header value', LONG, (size) => reading('a '.repeat(size))],
  ['a Base64 value', LONG, (size) => reading(`=?base64?${'AAAA'.repeat(size)}?=`)],
  ['a Base64 value with an error at its end', LONG, (size) => reading(`=?base64?${'AAAA'.repeat(size)}*?=`)],
  ['padding', LONG, (size) => reading(`=?base64?${'='.repeat(size)}?=`)],
  ['a value to encode with white space at its end', LONG, (size) => writing(`a${' '.repeat(size)}`)],
  ['a value to encode beyond ASCII', LONG / 2, (size) => writing('🏔'.repeat(size))],
  ['a value that ends in half a character', LONG, (size) => notWriting(`${'🏔'.repeat(size)}\ud800`)],
  ['credentials of one word', LONG, (size) => readBearer('a'.repeat(size))],
  ['credentials with spaces', LONG, (size) => readBearer(`Bearer${' '.repeat(size)}\u00a0`)],
  ['digits', LONG, (size) => readInteger('1'.repeat(size))],
  ['a body of almost the key', MANY, (size) => post(`"${bound.key.slice(0, -1)}`.repeat(size))],
  ['a body of escapes', MANY, (size) => post('"\\u0069\\u006f'.repeat(size))],
  ['a batch', MANY, (size) => post(JSON.stringify(many(size, () => message({ tenant: 'acme' }))))],
]

const refusedFor = (issues: unknown) => {
  const error = { data: { extension: bound.key, key: 'k', reason: 'invalid', issues } }
  return () => contextErrorFrom(error)
}
/** Settings are checked once for each object that holds them. */
const advertising = (settings: object) => () => {
  const capabilities = { extensions: { [bound.key]: { contexts: { k: settings } } } }
  return supportedContexts({ getServerCapabilities: () => capabilities })
}
const notNaming = (key: string) => () => expect(() => validateMetaKey(key)).toThrow()
const client = createContextClient({ request: async () => {}, notification: async () => {} }, open)
const viewing = (fields: object) => () => client.withContext(fields)

const TOLD: Case[] = [
  ['issues of a rejection', MANY, (size) => refusedFor(many(size, () => ({ path: [], message: '' })))],
  ['the path of an issue', MANY, (size) => refusedFor([{ path: many(size, () => 'a'), message: '' }])],
  ['labels of a key', LONG, (size) => notNaming(`${'a.'.repeat(size)}/`)],
  ['hyphens of a key', LONG, (size) => notNaming(`a${'-'.repeat(size)}`)],
  ['hyphens of a name that is not too long', 200, (size) => notNaming(`a${'-'.repeat(size)}`)],
  ['hyphens of a label that is not too long', 200, (size) => notNaming(`a${'a-'.repeat(size / 2)}/`)],
  ['a schema', MANY, (size) => advertising({ schema: { properties: members(size, { type: 'string' }) } })],
  ['the patterns of a schema', MANY, (size) => advertising({ schema: { patternProperties: patterns(size) } })],
  ['a pattern', LONG, (size) => advertising({ schema: { pattern: '(a+)+'.repeat(size) } })],
  ['a reference', LONG, (size) => advertising({ schema: { $ref: `#${'/a'.repeat(size)}` } })],
  ['the methods that require a context', MANY, (size) => advertising({ required: many(size, String) })],
  ['the levels of a view', 5000, (size) => viewing({ a: nestedLists(size) })],
  ['the fields of a view', MANY, (size) => withFields(size, (fields) => client.withContext(fields))],
]

function nestedLists(levels: number): unknown {
  return JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
}

function patterns(size: number): object {
  return Object.fromEntries(many(size, (index) => [`^(a+)+${index}$`, true]))
}

const printing = (text: string) => () => printable(text)
const placing = (text: string) => () => findPlaces(text, ['/1'])
const twice = (size: number) => `{${many(size, () => '"a":1').join(',')}}`

const COMMAND: Case[] = [
  ['text to print', LONG / 4, (size) => printing('a\u001b\u202e'.repeat(size))],
  ['names that come twice', MANY, (size) => placing(twice(size))],
  ['names that come twice below a long name', MANY, (size) => placing(`{"${'n'.repeat(20 * size)}":${twice(size)}}`)],
  ['lines', MANY, (size) => placing(`[${many(size, () => '1').join('\n,')}]`)],
]

describe.each([
  ['the codec', CODEC],
  ['the HTTP bridge', HTTP],
  ['what a peer says of itself', TOLD],
  ['the command line', COMMAND],
])('of %s, work grows with the size of', (_part, cases) => {
  test.each(cases)('%s', (_claim, size, prepare) => {
    inTime(prepare(size))
  })
})

test('what grows with the square of the size does not end here', () => {
  const list = many(MANY, () => 0)
  const search = () => list.map((_, index) => list.indexOf(index + 1))
  expect(() => inTime(search, 1000)).toThrow(/timed out/)
})
