// Definitions with a sensitive field, whose schemas tell all that they are told; and contexts that each is refused for.
import { inspect } from 'node:util'
import { type AnyDefinition, type ContextSchema, defineContext } from 'mcp-request-context'
import type { InstallOptions } from 'mcp-request-context/server'
import { TOKEN } from './canary.js'

type Fields = Record<string, unknown>
type Result = Awaited<ReturnType<ContextSchema<Fields>['~standard']['validate']>>

export function schemaOf(validate: (value: Fields) => Result | Promise<Result>): ContextSchema<Fields> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => validate(value as Fields) } }
}

export const anything = schemaOf((value) => ({ value }))

/** Quotes the secret in each way that a schema has, wherever the issue is. */
const talkative = (value: Fields): Result => {
  const { token } = value
  return {
    issues: [
      { path: ['token'], message: `expected another than ${JSON.stringify(token)}` },
      { path: ['token', TOKEN, 0], message: 'is wrong' },
      { path: [{ key: 'token' }, { key: TOKEN }], message: 'is wrong' },
      { path: ['tenant'], message: `does not go with ${JSON.stringify(token)}` },
      { path: ['tenant'], message: `does not go with ${inspect(token, { depth: null })}` },
      { path: ['tenant', JSON.stringify(token)], message: 'is wrong' },
      { path: ['token'], message: `begins with ${beginningOf(token)}` },
      { path: [], message: `has something that begins with ${beginningOf(token)}` },
      { path: [], message: `expected another than ${JSON.stringify(value)}` },
      { message: `expected another than ${inspect(value, { depth: null })}` },
    ],
  }
}

/** Part of a word is what a message of a field by itself, or of the whole, may hold. */
function beginningOf(token: unknown): string {
  return JSON.stringify(token)
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 10)
}

function throwing({ token }: Fields): never {
  throw new TypeError(`cannot parse ${JSON.stringify(token)}`, { cause: { token } })
}

const sensitive = ['token']
const headers = { token: 'X-Token', pin: { name: 'X-Pin', type: 'integer' } } as const
const tokenHeader = { token: 'X-Token' }

/** A context that is refused, and what refuses it. */
export interface Planted {
  readonly definition: AnyDefinition
  /** The context, with a secret in it. */
  readonly raw: (secret: unknown) => object
  /** The headers that come with it; a secret is then text. */
  readonly headers?: (secret: string) => Record<string, string>
  readonly options?: InstallOptions
}

const withToken = (token: unknown) => ({ tenant: 'acme', token })
const fields = (count: number) => Object.fromEntries(Array.from(Array(count), (_, index) => [`f${index}`, 0]))
const nested = (value: unknown, levels: number): unknown => (levels === 0 ? value : [nested(value, levels - 1)])

function bySchema(schema: ContextSchema<Fields>): Planted {
  return { definition: defineContext({ schema, sensitive }), raw: withToken }
}

function byCodec(raw: Planted['raw']): Planted {
  return { definition: defineContext({ schema: anything, sensitive }), raw }
}

/** What either side refuses, by why it does. */
export const REFUSED: Readonly<Record<string, Planted>> = {
  'a schema that quotes': bySchema(schemaOf(talkative)),
  'an asynchronous schema that quotes': bySchema(schemaOf(async (value) => talkative(value))),
  'a schema that throws': bySchema(schemaOf(throwing)),
  'a schema that rejects': bySchema(schemaOf(async (value) => throwing(value))),
  'a schema that throws the value': bySchema(
    schemaOf((value) => {
      throw value
    }),
  ),
  'too many bytes': byCodec((secret) => ({ token: Array(4000).fill(secret) })),
  'too many bytes elsewhere': byCodec((secret) => ({ token: secret, text: 'x'.repeat(9000) })),
  'too many fields': byCodec((secret) => ({ token: secret, ...fields(64) })),
  'too many levels': byCodec((secret) => ({ token: nested(secret, 9) })),
  'a member called __proto__': byCodec((secret) => ({ token: { [TOKEN]: withPrototype(secret) } })),
  'the name of another field': byCodec((secret) => ({ token: secret, 'a b': 1 })),
}

function withPrototype(secret: unknown): object {
  return Object.defineProperty({}, '__proto__', { value: secret, enumerable: true })
}

/** What only a server with HTTP refuses. */
export const REFUSED_FOR_HEADERS: Readonly<Record<string, Planted>> = {
  'a header that says something else': {
    definition: defineContext({ schema: anything, sensitive, headers: tokenHeader }),
    raw: () => ({ token: 'other' }),
    headers: (secret) => ({ 'x-token': secret }),
  },
  'a field that its header says differently': {
    definition: defineContext({ schema: anything, sensitive, headers: tokenHeader }),
    raw: withToken,
    headers: () => ({ 'x-token': 'other' }),
  },
  'a header that cannot be read': {
    definition: defineContext({ schema: anything, sensitive, headers }),
    raw: () => ({ pin: 7 }),
    headers: (secret) => ({ 'x-pin': secret }),
  },
  'a header whose Base64 cannot be read': {
    definition: defineContext({ schema: anything, sensitive, headers: tokenHeader }),
    raw: () => ({ token: 'other' }),
    headers: (secret) => ({ 'x-token': `=?base64?${secret}*?=` }),
  },
  'a header that is not there': {
    definition: defineContext({ schema: anything, sensitive, headers: tokenHeader }),
    raw: withToken,
    headers: () => ({}),
    options: { http: { verify: 'strict' } },
  },
  'a header that was taken for the field': {
    definition: defineContext({ schema: schemaOf(talkative), sensitive, headers: tokenHeader }),
    raw: () => ({ tenant: 'acme' }),
    headers: (secret) => ({ 'x-token': secret }),
    options: { http: { lift: true } },
  },
  'a header that was preferred': {
    definition: defineContext({ schema: schemaOf(talkative), sensitive, headers: tokenHeader }),
    raw: () => withToken('other'),
    headers: (secret) => ({ 'x-token': secret }),
    options: { http: { lift: true, prefer: 'header' } },
  },
}
