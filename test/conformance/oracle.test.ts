// JSON Schema, by Ajv, as an independent judge: the hand-written checks and the published schemas say the same of every
// vector and of thousands of generated values, as far as JSON Schema can state a rule.
import {
  ContextError,
  contextErrorFrom,
  decodeContext,
  defineContext,
  EXTENSION_ID,
  validateMetaKey,
} from 'mcp-request-context'
import { describe, expect, test } from 'vitest'
import { observeSettings } from './checkers/negotiation.js'
import { type Definition, definitionOf } from './definition.js'
import { context, headerName, metaKey, Random, settings } from './generate.js'
import { ANY_OBJECT, issuesBy, schemaIssues, standardSchema } from './json-schema.js'
import { type Received, receive } from './receiving.js'
import { type Message, type Vector, type VectorDefinition, vectorFiles } from './vectors.js'

const SEED = 20261121
const GENERATED = 4000

const anyContext = definitionOf({})

function casesOf<Input>(...topics: string[]): (Vector & { readonly input: Input })[] {
  return vectorFiles
    .filter(({ topic }) => topics.includes(topic))
    .flatMap(({ cases }) => cases as readonly Vector[]) as (Vector & { readonly input: Input })[]
}

/** Judges generated values by both, and says how often they accepted; where they differ, which values those are. */
function compare<T>(make: (random: Random) => T, runtime: (value: T) => boolean, schema: (value: T) => boolean) {
  const random = new Random(SEED)
  const counts = { accepted: 0, rejected: 0 }
  const differing: string[] = []
  for (let index = 0; index < GENERATED; index++) {
    const value = make(random)
    const accepted = schema(value)
    counts[accepted ? 'accepted' : 'rejected']++
    if (runtime(value) !== accepted) differing.push(`the schema says ${accepted}: ${JSON.stringify(value)}`)
  }
  return { differing, ...counts }
}

function expectAgreement({ differing, accepted, rejected }: ReturnType<typeof compare>): void {
  expect(differing).toEqual([])
  // Neither is so rare that the other would be a good guess.
  expect(accepted).toBeGreaterThan(500)
  expect(rejected).toBeGreaterThan(500)
}

function decodes(definition: Definition, value: unknown): boolean {
  const decoded = decodeContext(definition, value)
  if (decoded instanceof Promise) throw new Error('the schema is asynchronous')
  return decoded.ok
}

function makes(make: () => unknown): boolean {
  try {
    make()
    return true
  } catch (error) {
    if (!(error instanceof ContextError)) throw error
    return false
  }
}

const isContext = (value: unknown) => schemaIssues('context', value).length === 0

describe('context.schema.json and decodeContext', () => {
  test('agree on generated values: objects, names of fields, their number', () => {
    const found = compare(context, (value) => decodes(anyContext, value), isContext)
    expectAgreement(found)
  })

  const cases = casesOf<{ definition: VectorDefinition; context: string }>('contexts', 'limits')

  test.each(cases)('$id: what the schema refuses is refused', ({ input, outcome }) => {
    const value: unknown = JSON.parse(input.context)
    // The schema states the default number of fields.
    if ((input.definition.limits?.maxFields ?? 64) > 64) return
    if (!isContext(value)) expect([outcome, decodes(definitionOf(input.definition), value)]).toEqual(['reject', false])
  })

  // What it cannot state: bytes, depth, members called __proto__ within a field, and what a definition adds.
  const STATED = ['RC-006', 'RC-007', 'RC-012', 'RC-014']
  const stated = cases.filter(
    ({ input, requirements }) =>
      requirements.every((id) => STATED.includes(id)) && input.definition.limits === undefined,
  )

  test.each(stated)('$id: the schema says the same', ({ input, outcome }) => {
    expect(isContext(JSON.parse(input.context))).toBe(outcome === 'accept')
  })
})

describe('the grammar of keys and validateMetaKey', () => {
  // RC-003 and RC-004 once more, as one JSON Schema.
  const label = '[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
  const name = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?'
  const schema = {
    type: 'string',
    maxLength: 256,
    pattern: `^(?:${name}|${label}(?:\\.${label})*/(?:${name})?)$`,
    not: {
      anyOf: [
        { enum: ['progressToken', 'traceparent', 'tracestate', 'baggage'] },
        {
          pattern:
            '^[^./]*\\.(?:[Mm][Cc][Pp]|[Mm][Oo][Dd][Ee][Ll][Cc][Oo][Nn][Tt][Ee][Xx][Tt][Pp][Rr][Oo][Tt][Oo][Cc][Oo][Ll])(?:\\.[^/]*)?/',
        },
      ],
    },
  }
  const isKey = (value: unknown) => issuesBy(schema, value).length === 0

  test('agree on generated keys', () => {
    expectAgreement(compare(metaKey, (key) => makes(() => validateMetaKey(key)), isKey))
  })

  test.each(casesOf<{ key: string }>('keys'))('$id: the grammar says the same', ({ input, outcome }) => {
    expect(isKey(input.key)).toBe(outcome === 'accept')
  })
})

describe('capability-settings.schema.json and supportedContexts', () => {
  const areSettings = (value: unknown) => schemaIssues('capability-settings', value).length === 0
  const countOf = (settings: unknown) => Object.keys((settings as { contexts?: object } | null)?.contexts ?? {}).length
  // A malformed context is ignored by itself: settings are taken as they are where all of them are.
  const areTaken = (value: unknown) => {
    const { outcome, output } = observeSettings(value)
    return outcome === 'accept' && countOf(output) === countOf(value)
  }

  // Their schemas are usable where they are objects: JSON Schema alone cannot say that another schema is.
  test('agree on generated settings, each member wrong in turn', () => {
    expectAgreement(compare(settings, areTaken, areSettings))
  })

  const cases = casesOf<{ settings?: unknown }>('negotiation').filter(
    ({ input, output, outcome }) =>
      'settings' in input && (outcome === 'reject' || countOf(output) === countOf(input.settings)),
  )

  test.each(cases)('$id: they differ on the usability of a schema alone', ({ input, outcome }) => {
    if (areSettings(input.settings) === (outcome === 'accept')) return
    expect(outcome).toBe('reject')
    const withoutSchemas = JSON.parse(JSON.stringify(input.settings), (name, value) =>
      name === 'schema' ? undefined : value,
    )
    expect(areTaken(withoutSchemas)).toBe(true)
  })
})

describe('header-binding.schema.json and defineContext', () => {
  const schema = standardSchema(ANY_OBJECT)

  test('agree on the token that a generated name is', () => {
    const found = compare(
      headerName,
      (name) => makes(() => defineContext({ schema, headers: { field: { name } } })),
      (name) => schemaIssues('header-binding', { name, type: 'string' }).length === 0,
    )
    expectAgreement(found)
  })

  test.each(casesOf<{ bindings: object }>('bindings'))('$id: what the schema refuses is refused', (vector) => {
    const issues = Object.values(vector.input.bindings).flatMap((binding) => schemaIssues('header-binding', binding))
    if (issues.length > 0) expect(vector.outcome).toBe('reject')
    // What the schema cannot state: which names are taken, and by whom.
    else if (vector.requirements.every((id) => id === 'RC-031') && Object.keys(vector.input.bindings).length < 2) {
      expect(vector.outcome).toBe('accept')
    }
  })
})

describe('error-data.schema.json', () => {
  const topics = ['messages', 'requiring', 'errors', 'verification', 'lifting']
  const cases = casesOf<Received & { receive?: Received }>(...topics).map(({ input, ...vector }) => ({
    ...vector,
    received: input.receive ?? input,
  }))
  const refused = cases.filter(({ outcome, output }) => outcome === 'reject' && output?.response !== undefined)

  test('has rejections to describe', () => {
    expect(refused.length).toBeGreaterThan(80)
  })

  test.each(refused)('$id: describes the data of the error, which reads back as what it says', async ({ received }) => {
    const message: Message = received.message ?? JSON.parse(String(received.messageText))
    const headers = Object.entries(received.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
    const extra = received.headers && { requestInfo: { headers: Object.fromEntries(headers) } }
    const { responses } = await receive(definitionOf(received.definition), received, message, extra)
    expect(responses).toHaveLength(1)
    const error = responses[0]?.error
    expect(schemaIssues('error-data', error?.data)).toEqual([])
    expect(contextErrorFrom(error)?.data).toEqual(error?.data)
  })

  test.each([
    ['missing', true, 'missing'],
    ['expired', true, 'invalid'],
    [7, false, undefined],
  ])('with the reason %j: the schema and contextErrorFrom agree', (reason, described, code) => {
    const data = { extension: EXTENSION_ID, key: EXTENSION_ID, reason, issues: [] }
    expect(schemaIssues('error-data', data).length === 0).toBe(described)
    expect(contextErrorFrom({ data })?.code).toBe(code)
  })

  test('describes the data of every generated context that is refused', () => {
    const random = new Random(SEED)
    const issues: string[] = []
    let described = 0
    for (let index = 0; index < GENERATED; index++) {
      const decoded = decodeContext(anyContext, context(random))
      if (decoded instanceof Promise || decoded.ok) continue
      issues.push(...schemaIssues('error-data', JSON.parse(JSON.stringify(decoded.rejection.data))))
      described++
    }
    expect(issues).toEqual([])
    expect(described).toBeGreaterThan(500)
  })
})
