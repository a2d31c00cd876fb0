// The language-neutral vectors of spec/vectors, through the public API.
import { describe, expect, test } from 'vitest'
import { check, issuesOf, observe, topics } from './checkers/index.js'
import { issuesBy } from './json-schema.js'
import { mutationsOf } from './mutations.js'
import { fileNames, readText, vectorFiles, vectorSchema } from './vectors.js'

const all = vectorFiles.flatMap(({ topic, cases }) => cases.map((vector) => ({ topic, vector })))

// Titles in full: vitest cuts what it takes out of an object.
const named = vectorFiles.map(({ topic, cases }) => [topic, cases] as const)

describe('the files of vectors', () => {
  test('are there, one for each topic, by its name', () => {
    expect(vectorFiles.map(({ topic }) => topic).toSorted()).toEqual([...topics].toSorted())
    expect(fileNames).toEqual(vectorFiles.map(({ topic }) => `${topic}.json`))
  })

  test.each(vectorFiles)('$topic: the file is what vectors.schema.json describes', (file) => {
    expect(issuesBy(vectorSchema, file)).toEqual([])
  })

  test('have ids that are unique, and say their topic and their outcome', () => {
    const ids = all.map(({ vector }) => vector.id)
    expect(ids).toEqual([...new Set(ids)])
    for (const { topic, vector } of all) expect(vector.id).toMatch(new RegExp(`^${topic}-${vector.outcome}-\\d{3}$`))
  })

  test.each(vectorFiles)('$topic: there are cases that accept and cases that reject', ({ cases }) => {
    expect(new Set(cases.map(({ outcome }) => outcome))).toEqual(new Set(['accept', 'reject']))
  })

  test.each(fileNames)('%s reads the same in every language', (name) => {
    const text = readText(name)
    expect(duplicates(text)).toEqual([])
    JSON.parse(text, (key, value) => {
      // Such names and strings are given within JSON text: some parsers drop or refuse them.
      expect(key).not.toBe('__proto__')
      if (typeof value === 'string') expect(value).not.toMatch(/\p{Surrogate}/u)
      if (Number.isInteger(value)) expect(Number.isSafeInteger(value) || Math.abs(value) > 1e300).toBe(true)
      return value
    })
  })
})

describe.each(named)('%s', (topic, cases) => {
  test.each(cases.map((vector) => [vector.id, vector.title, vector] as const))(
    '%s: %s',
    async (_id, _title, vector) => {
      expect(await check(topic, vector)).toEqual([])
    },
  )
})

describe('the checkers', () => {
  test('know no other topic', async () => {
    await expect(check('weather', { ...(all[0] as (typeof all)[0]).vector })).rejects.toThrow(/no checker/)
    await expect(check('constructor', { ...(all[0] as (typeof all)[0]).vector })).rejects.toThrow(/no checker/)
  })

  test.each(vectorFiles)('object to every case of $topic when what it expects is changed', async ({ topic, cases }) => {
    const missed: string[] = []
    let tried = 0
    for (const vector of cases) {
      const observations = await observe(topic, vector)
      for (const { what, vector: changed } of mutationsOf(vector, observations[0]?.text ?? '')) {
        tried++
        if (issuesOf(changed, observations).length === 0) missed.push(`${vector.id}: ${what}`)
      }
    }
    expect(missed).toEqual([])
    expect(tried).toBeGreaterThanOrEqual(cases.length)
  })
})

/** Names that an object of a JSON text has twice, which a parser need not tell. */
function duplicates(text: string): string[] {
  const found: string[] = []
  const open: Set<string>[] = []
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (name !== undefined) {
      if (open.at(-1)?.has(name)) found.push(name)
      open.at(-1)?.add(name)
    }
  }
  return found
}
