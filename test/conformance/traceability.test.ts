// Every requirement of the specification has a case that accepts and one that rejects, and every citation is of one.
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Citation, citationsIn, readSpecification, traceIssues } from './traceability.js'
import { readText, vectorFiles } from './vectors.js'

const ROOT = new URL('../../', import.meta.url)
const specification = readSpecification(readText('spec/request-context.md', ROOT))

const fromVectors: Citation[] = vectorFiles.flatMap(({ cases }) =>
  cases.flatMap(({ id: by, requirements, outcome }) => requirements.map((id) => ({ id, outcome, by }))),
)

/** The sources of a folder, but for those that are about citations. */
function sources(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('traceability'))
    .map((path) => `${folder}${path}`)
}

const fromTests = sources('test/').flatMap((path) => citationsIn(readText(path, ROOT), path))
// The source says which requirement it is there for, and no case of it.
const fromSource = sources('src/')
  .flatMap((path) => citationsIn(readText(path, ROOT), path))
  .map(({ id, by }): Citation => ({ id, by }))

describe('the specification', () => {
  test('has requirements', () => {
    expect(specification.ids.length).toBeGreaterThanOrEqual(50)
  })

  test('is traced to cases, each requirement to one that accepts and one that rejects', () => {
    expect(traceIssues(specification, [...fromVectors, ...fromTests, ...fromSource])).toEqual([])
  })

  test('is not traced where the citations of one requirement and one outcome are gone', () => {
    const citations = [...fromVectors, ...fromTests]
    for (const id of specification.ids) {
      for (const outcome of ['accept', 'reject']) {
        const left = citations.filter((citation) => citation.id !== id || citation.outcome !== outcome)
        expect(traceIssues(specification, left)).toEqual([`${id} has no case that ${outcome}s`])
      }
    }
  })
})

describe('tracing', () => {
  const [known, unknown] = ['RC-901', 'RC-902']
  const text = (...lines: string[]) => readSpecification(['## 1. Section', '', ...lines].join('\n'))
  const item = `- **${known}** A sender MUST send.`
  const cited = citationsIn(`test('${known} accept: a'), test('${known} reject: b')`, 'a.test.ts')

  test('finds nothing where all is well', () => {
    expect(traceIssues(text(item, '', 'Prose that says must.', '', '```json', 'MUST', '```'), cited)).toEqual([])
  })

  test.each([
    ['an id that is there twice', [item, item], `${known} is there twice`],
    ['a key word in prose', [item, '', 'A sender', 'MUST NOT do so.'], 'without an id: A sender MUST NOT do so.'],
    ['a key word in prose before', ['It SHOULD.', item], 'without an id: It SHOULD.'],
    ['a key word in an item without an id', [item, '- It MUST.'], 'without an id: - It MUST.'],
    ['a key word in a table', [item, '', '| a | MUST |'], 'without an id: | a | MUST |'],
    ['a requirement that requires nothing', [`- **${known}** A sender sends.`], `${known} states nothing`],
  ])('finds %s', (_what, lines, issue) => {
    expect(traceIssues(text(...lines), cited)).toEqual([expect.stringContaining(issue)])
  })

  test('finds a requirement that no case accepts, or rejects', () => {
    expect(traceIssues(text(item), cited.slice(1))).toEqual([`${known} has no case that accepts`])
    expect(traceIssues(text(item), cited.slice(0, 1))).toEqual([`${known} has no case that rejects`])
    expect(traceIssues(text(item), citationsIn(known, 'a.test.ts'))).toHaveLength(2)
  })

  test('finds a citation of what is not there', () => {
    const wrong = citationsIn(`// ${unknown} accept`, 'b.test.ts')
    expect(traceIssues(text(item), [...cited, ...wrong])).toEqual([`b.test.ts cites ${unknown}, which is not there`])
  })
})
