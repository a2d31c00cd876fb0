// Which requirements the specification states, and which of them are cited by a case that accepts and one that rejects.
import type { Outcome } from './vectors.js'

export interface Citation {
  readonly id: string
  /** Absent where a requirement is named and no case is claimed. */
  readonly outcome?: Outcome | undefined
  readonly by: string
}

interface Specification {
  /** The ids, in order, as often as they are given. */
  readonly ids: readonly string[]
  readonly issues: readonly string[]
}

const KEY_WORD = /\b(MUST|SHOULD|SHALL)\b/
const ITEM = /^- \*\*(RC-\d{3})\*\* /

/** Reads the requirements, and finds what is said in their words without being one. */
export function readSpecification(text: string): Specification {
  const ids: string[] = []
  const issues: string[] = []
  let section = ''
  for (const block of blocksOf(text)) {
    section = /^## (\d+)\./.exec(block)?.[1] ?? section
    const id = ITEM.exec(block)?.[1]
    if (id !== undefined) ids.push(id)
    const states = KEY_WORD.test(block)
    if (id !== undefined && !states) issues.push(`${id} states nothing`)
    if (id === undefined && states && section !== '') issues.push(`section ${section}, without an id: ${block}`)
  }
  return { ids, issues }
}

/** Paragraphs, headings and the items of lists, each on one line; blocks of code are left out. */
function blocksOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  return prose.split(/\n(?:\s*\n|(?=- |#|\|))/).map((block) => block.replaceAll(/\s*\n\s*/g, ' '))
}

/** What keeps a specification from being traced to its cases; nothing where each requirement is. */
export function traceIssues({ ids, issues }: Specification, citations: readonly Citation[]): string[] {
  const found = [...issues]
  for (const id of new Set(ids)) {
    if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`${id} is there twice`)
    for (const outcome of ['accept', 'reject'] as const) {
      if (!citations.some((citation) => citation.id === id && citation.outcome === outcome)) {
        found.push(`${id} has no case that ${outcome}s`)
      }
    }
  }
  for (const { id, by } of citations) if (!ids.includes(id)) found.push(`${by} cites ${id}, which is not there`)
  return found
}

/** The citations in a source: an id with a word behind it that says what its test does, or alone. */
export function citationsIn(source: string, by: string): Citation[] {
  return [...source.matchAll(/\b(RC-\d{3})\b(?: (accept|reject)\b)?/g)].map(([, id, outcome]) => ({
    id: id as string,
    outcome: outcome as Outcome | undefined,
    by,
  }))
}
