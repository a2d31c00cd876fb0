import type { AnyDefinition } from './context-definition.js'
import { own } from './own.js'
import type { SchemaIssue } from './standard-schema.js'
import type { ContextIssue, RequestContext } from './wire.generated.js'

/** Faults beyond this many are counted, not listed: a small context must not draw a large answer. */
const MOST_ISSUES = 20

/** So are those after the first whose paths have more characters than this together. */
const LONGEST_PATHS = 2000

/** A schema's message beyond this length is a dump of the value. */
const LONGEST_MESSAGE = 500

/** With more secrets than this, no message is searched for them: all are withheld. */
const MOST_SECRETS = 64

/** A shorter part of a secret says nothing, and stands in many a message by chance. */
const SHORTEST_PART = 4

/** As much of the beginning or the end of a secret is a part of it. */
const SHORTEST_END = 6

const WITHHELD = 'is not valid'

/**
 * The faults that a schema found, without a value of a sensitive field: schemas quote what they refuse, so the message
 * of a fault in or above a sensitive field is withheld, and so is one that quotes a part of such a value from elsewhere.
 */
export function issuesOf(
  definition: AnyDefinition,
  context: RequestContext,
  found: readonly SchemaIssue[],
): ContextIssue[] {
  const secrets = secretsOf(definition, context)
  const isSecret = (text: string) => {
    const folded = fold(text)
    return secrets.length > MOST_SECRETS || secrets.some((secret) => folded.includes(secret))
  }
  let length = 0
  const issues = found.slice(0, MOST_ISSUES).map((issue): ContextIssue => {
    const path = pathOf(issue)
    const cut = path.findIndex((segment, index) => index > 0 && isSecret(String(segment)))
    const shown = cut < 0 ? path : path.slice(0, cut)
    const { message } = issue
    const withheld = typeof message !== 'string' || message.length > LONGEST_MESSAGE || isOfSensitive(definition, shown)
    return { path: shown, message: withheld || isSecret(message) ? WITHHELD : message }
  })
  const told = issues.filter(({ path }, index) => {
    length += lengthOf(path)
    return index === 0 || length <= LONGEST_PATHS
  })
  if (found.length > told.length) told.push({ path: [], message: `${found.length - told.length} more faults` })
  return told
}

/** Whether a fault is in a sensitive field, or of the whole context and so of that field too. */
function isOfSensitive({ sensitive }: AnyDefinition, path: ContextIssue['path']): boolean {
  return sensitive.length > 0 && (path[0] === undefined || sensitive.includes(String(path[0])))
}

/** arktype's path is a subclass of Array, whose map() makes another. */
function pathOf(issue: SchemaIssue): ContextIssue['path'] {
  return Array.from(issue.path ?? [], (segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'symbol' ? String(key) : key
  })
}

/** Without regard to case; upper case, for a sigma has two forms in lower case. */
function fold(text: string): string {
  return text.toUpperCase()
}

function lengthOf(path: ContextIssue['path']): number {
  return path.reduce<number>((length, segment) => length + String(segment).length, 0)
}

/** Of every string, number and member name within a sensitive field: its ends, and the words that it is made of. */
function secretsOf(definition: AnyDefinition, context: RequestContext): string[] {
  const secrets = new Set<string>()
  const add = (text: string): void => {
    const folded = fold(text.trim())
    if (folded === '') return
    // A schema may quote the beginning or the end of what it refuses.
    if (folded.length > SHORTEST_END) secrets.add(folded.slice(0, SHORTEST_END)).add(folded.slice(-SHORTEST_END))
    else secrets.add(folded)
    for (const part of folded.split(/[^\p{L}\p{N}]+/u)) if (part.length >= SHORTEST_PART) secrets.add(part)
  }
  const collect = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') add(String(value))
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (!Array.isArray(value)) add(name)
        collect(member)
      }
    }
  }
  for (const field of definition.sensitive) collect(own(context, field))
  return [...secrets]
}
