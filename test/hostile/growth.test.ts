// Whoever sends a message of twice the size may take twice the time, and no more.
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
import { printable } from '../../src/cli/io.js'
import { findPlaces } from '../../src/cli/json-text.js'
import { bound } from './definitions.js'
import { exponentOf, type Timed } from './growth.js'

const STEEPEST = 1.5

type Case = [claim: string, smallest: number, prepare: (size: number) => (() => unknown) | Timed]

const many = <T>(size: number, make: (index: number) => T): T[] => Array.from(Array(size), (_, index) => make(index))
const members = (size: number, value: unknown) => Object.fromEntries(many(size, (index) => [`f${index}`, value]))

/** Limits that let through what is measured. */
const limits = { maxBytes: 2 ** 30, maxFields: 2 ** 20, maxDepth: 256 }
const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: object) => ({ value }) } } as never
const open = defineContext({ schema: anything, limits })
const usual = defineContext({ schema: anything })
const quoting = defineContext({
  schema: z.object({ notes: z.record(z.string(), z.number()).optional(), token: z.unknown() }),
  sensitive: ['token'],
  limits,
})

/** An object of many members takes the engine itself more than its size to list and to copy. */
function besideCopying(size: number, use: (fields: object) => unknown): Timed {
  const fields = members(size, 1)
  const copy = () => ({ ...fields })
  return { call: () => use(fields), beside: () => Object.keys(copy()) }
}

function bothWays(definition: AnyDefinition, value: object): () => unknown {
  return () => {
    decodeContext(definition, value)
    try {
      encodeContext(definition, value)
    } catch {
      // The time to refuse counts as well.
    }
  }
}

const CODEC: Case[] = [
  ['a string', 2000, (size) => bothWays(open, { text: 'x'.repeat(size) })],
  ['a string beyond ASCII', 1000, (size) => bothWays(open, { text: 'é🏔'.repeat(size) })],
  ['a string of what JSON escapes', 1000, (size) => bothWays(open, { text: '"\u0000\ud800'.repeat(size) })],
  ['fields', 1100, (size) => besideCopying(size, (fields) => decodeContext(open, fields))],
  ['fields over the limit', 1100, (size) => besideCopying(size, (fields) => decodeContext(usual, fields))],
  ['items', 500, (size) => bothWays(open, { list: many(size, () => 1.5) })],
  ['items over the limit', 1000, (size) => bothWays(usual, { list: many(size, () => 1.5) })],
  ['objects within', 100, (size) => bothWays(open, { list: many(size, () => ({ a: [] })) })],
  ['a name within', 1000, (size) => bothWays(open, { a: { ['é'.repeat(size)]: 1 } })],
  ['levels over the limit', 100, (size) => bothWays(usual, JSON.parse(`${'{"a":'.repeat(size)}1${'}'.repeat(size)}`))],
  ['faults that a schema finds', 30, (size) => bothWays(quoting, { notes: members(size, ''), token: 'x' })],
  ['faults at long names', 100, (size) => bothWays(quoting, { notes: { ['é'.repeat(size)]: '' }, token: 'x' })],
  ['secrets', 100, (size) => bothWays(quoting, { notes: { a: '' }, token: many(size, (index) => `s${index}`) })],
  ['the words of a secret', 100, (size) => bothWays(quoting, { notes: { a: '' }, token: 'abcd-'.repeat(size) })],
  [
    'a secret in a name',
    500,
    (size) => bothWays(quoting, { notes: { ['a'.repeat(2 * size)]: '' }, token: `b${'a'.repeat(size)}` }),
  ],
  ['fields to redact', 1100, (size) => besideCopying(size, (fields) => redactContext(quoting, fields))],
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
  ['a header value', 2000, (size) => reading('a '.repeat(size))],
  ['a Base64 value', 2000, (size) => reading(`=?base64?${'AAAA'.repeat(size)}?=`)],
  ['a Base64 value with a fault at its end', 2000, (size) => reading(`=?base64?${'AAAA'.repeat(size)}*?=`)],
  ['padding', 2000, (size) => reading(`=?base64?${'='.repeat(size)}?=`)],
  ['a value to encode with white space at its end', 2000, (size) => writing(`a${' '.repeat(size)}`)],
  ['a value to encode beyond ASCII', 400, (size) => writing('🏔'.repeat(size))],
  ['a value that ends in half a character', 2000, (size) => notWriting(`${'🏔'.repeat(size)}\ud800`)],
  ['credentials of one word', 2000, (size) => readBearer('a'.repeat(size))],
  ['credentials with spaces', 2000, (size) => readBearer(`Bearer${' '.repeat(size)}\u00a0`)],
  ['digits', 2000, (size) => readInteger('1'.repeat(size))],
  ['a body of almost the key', 200, (size) => post(`"${bound.key.slice(0, -1)}`.repeat(size))],
  ['a body of escapes', 500, (size) => post('"\\u0069\\u006f'.repeat(size))],
  ['a batch', 20, (size) => post(JSON.stringify(many(size, () => message({ tenant: 'acme' }))))],
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
  ['issues of a refusal', 100, (size) => refusedFor(many(size, () => ({ path: [], message: '' })))],
  ['the path of an issue', 500, (size) => refusedFor([{ path: many(size, () => 'a'), message: '' }])],
  ['labels of a key', 500, (size) => notNaming(`${'a.'.repeat(size)}/`)],
  ['hyphens of a key', 500, (size) => notNaming(`a${'-'.repeat(size)}`)],
  ['hyphens of a name that is not too long', 3, (size) => notNaming(`a${'-'.repeat(size)}`)],
  ['hyphens of a label that is not too long', 3, (size) => notNaming(`a${'a-'.repeat(size / 2)}/`)],
  ['a schema', 15, (size) => advertising({ schema: { properties: members(size, { type: 'string' }) } })],
  ['the patterns of a schema', 15, (size) => advertising({ schema: { patternProperties: patterns(size) } })],
  ['a pattern', 200, (size) => advertising({ schema: { pattern: '(a+)+'.repeat(size) } })],
  ['a reference', 200, (size) => advertising({ schema: { $ref: `#${'/a'.repeat(size)}` } })],
  ['the methods that require a context', 200, (size) => advertising({ required: many(size, String) })],
  ['the levels of a view', 20, (size) => viewing({ a: nestedLists(size) })],
  ['the fields of a view', 1100, (size) => besideCopying(size, (fields) => client.withContext(fields))],
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
  ['text to print', 1000, (size) => printing('a\u001b\u202e'.repeat(size))],
  ['names that come twice', 200, (size) => placing(twice(size))],
  ['names that come twice below a long name', 20, (size) => placing(`{"${'n'.repeat(20 * size)}":${twice(size)}}`)],
  ['lines', 200, (size) => placing(`[${many(size, () => '1').join('\n,')}]`)],
]

describe.each([
  ['the codec', CODEC],
  ['the HTTP bridge', HTTP],
  ['what a peer says of itself', TOLD],
  ['the command line', COMMAND],
])('of %s, time grows with the size of', (_part, cases) => {
  test.each(cases)('%s', (_claim, smallest, prepare) => {
    expect(exponent(smallest, prepare)).toBeLessThan(STEEPEST)
  })
})

function exponent(smallest: number, prepare: Case[2]): number {
  const timed = (size: number): Timed => {
    const prepared = prepare(size)
    return typeof prepared === 'function' ? { call: prepared } : prepared
  }
  return exponentOf(smallest, timed, STEEPEST)
}
