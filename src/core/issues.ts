import type { AnyDefinition } from './context-definition.js'
import { own } from './own.js'
import type { SchemaIssue } from './standard-schema.js'
import type { ContextIssue, RequestContext } from './wire.generated.js'

/** Faults beyond this many are counted, not listed: a small context must not draw a large answer. */
const MOST_ISSUES = 20

/** A schema's message beyond this length is a dump of the value. */
const LONGEST_MESSAGE = 500

/** With more secrets than this, no message is searched for them: all are withheld. */
const MOST_SECRETS = 64

/** A shorter part of a secret says nothing, and stands in many a message by chance. */
const SHORTEST_PART = 4

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
  const isSecret = (text: string) =>
    secrets.length > MOST_SECRETS || secrets.some((secret) => text.toLowerCase().includes(secret))
  const issues = found.slice(0, MOST_ISSUES).map((issue): ContextIssue => {
    const path = pathOf(issue)
    const cut = path.findIndex((segment, index) => index > 0 && isSecret(String(segment)))
    const shown = cut < 0 ? path : path.slice(0, cut)
    const { message } = issue
    const withheld = typeof message !== 'string' || message.length > LONGEST_MESSAGE || isOfSensitive(definition, shown)
    return { path: shown, message: withheld || isSecret(message) ? WITHHELD : message }
  })
  if (found.length > MOST_ISSUES) {
    issues.push({ path: [], message: `${found.length - MOST_ISSUES} more faults` })
  }
  return issues
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

/** Every string, number and member name within a sensitive field, in lower case, and the words that it is made of. */
function secretsOf(definition: AnyDefinition, context: RequestContext): string[] {
  const secrets = new Set<string>()
  const add = (text: string): void => {
    const lower = text.trim().toLowerCase()
    if (lower === '') return
    secrets.add(lower)
    for (const part of lower.split(/[^\p{L}\p{N}]+/u)) if (part.length >= SHORTEST_PART) secrets.add(part)
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
