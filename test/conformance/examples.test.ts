// Every example of the specification and of the schemas is what it says it is.
import { describe, expect, test } from 'vitest'
import { observeSettings } from './checkers/negotiation.js'
import { publishedSchemas, schemaIssues } from './json-schema.js'
import { type Message, readText, type Vector, vectorFiles } from './vectors.js'

interface Example {
  readonly kind: string
  readonly value: unknown
}

const text = readText('../request-context.md')

/** The blocks of JSON, with the word behind the language that says what each is. */
function examplesIn(markdown: string): Example[] {
  return [...markdown.matchAll(/^```json *(.*)\n([\s\S]*?)^```/gm)].map(([, kind, json]) => ({
    kind: kind as string,
    value: JSON.parse(json as string),
  }))
}

const examples = examplesIn(text)

const meta = (value: unknown) => (value as Message).params?._meta ?? {}
const rejection = (value: unknown) => schemaIssues('error-data', (value as Message).error?.data)

/** What is wrong with an example of a kind. */
const FAULTS: Readonly<Record<string, (value: unknown) => string[]>> = {
  request: (value) => schemaIssues('request-meta', meta(value)),
  notification: (value) => Object.values(meta(value)).flatMap((context) => schemaIssues('context', context)),
  error: rejection,
  mismatch: rejection,
  settings: (value) => schemaIssues('capability-settings', value),
  mirrored: (value) => schemaIssues('context', (value as { context?: unknown }).context),
}

const vectors = vectorFiles.find(({ topic }) => topic === 'examples')?.cases ?? []
const ofKind = (kind: string) =>
  vectors.filter(({ input }) => (input as Partial<Example>).kind === kind) as (Vector & { input: Example })[]

describe('the specification', () => {
  test('has an example of each kind', () => {
    expect(new Set(examples.map(({ kind }) => kind))).toEqual(new Set(Object.keys(FAULTS)))
    expect(text.match(/^```\w/gm)).toHaveLength(examples.length)
  })

  test.each(examples)('example $#, a $kind, validates', ({ kind, value }) => {
    expect(FAULTS[kind]?.(value)).toEqual([])
  })

  test.each(examples)('example $#, a $kind, is a vector', ({ kind, value }) => {
    const accepted = ofKind(kind).filter(({ outcome }) => outcome === 'accept')
    expect(accepted.map(({ input }) => input.value)).toContainEqual(value)
  })
})

describe('the README', () => {
  const shown = examplesIn(readText('../../README.md'))

  test('shows a request and an error', () => {
    expect(shown.map(({ kind }) => kind)).toEqual(['request', 'error'])
  })

  test.each(shown)('its $kind validates', ({ kind, value }) => {
    expect(FAULTS[kind]?.(value)).toEqual([])
  })
})

describe('the vectors of examples', () => {
  test('accept nothing that is no example of the specification', () => {
    for (const { kind } of examples) {
      for (const { outcome, input } of ofKind(kind)) {
        const values = examples.map(({ value }) => value)
        if (outcome === 'accept') expect(values).toContainEqual(input.value)
        else expect(values).not.toContainEqual(input.value)
      }
    }
  })

  // JSON Schema does not compare a header with a field.
  test.each(vectors.filter(({ input }) => (input as Example).kind !== 'mirrored'))(
    '$id: the schemas agree',
    ({ input, outcome }) => {
      const { kind, value } = input as Example
      expect(FAULTS[kind]?.(value).length === 0).toBe(outcome === 'accept')
    },
  )
})

describe.each([...publishedSchemas])('the schema %s', (name, { examples: given }) => {
  test('has examples, which validate', () => {
    expect(given.length).toBeGreaterThan(0)
    expect(given.flatMap((example) => schemaIssues(name, example))).toEqual([])
  })
})

test('what the schema of settings gives as examples is read as settings', () => {
  const given = publishedSchemas.get('capability-settings')?.examples ?? []
  expect(given.map((settings) => observeSettings(settings).outcome)).toEqual(given.map(() => 'accept'))
})
