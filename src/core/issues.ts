import type { AnyDefinition } from './definition.js'
import { own } from './own.js'
import type { SchemaIssue } from './standard-schema.js'
import type { ContextIssue, RequestContext } from './wire.generated.js'

/** Faults beyond this many are counted, not listed: a small context must not draw a large answer. */
const MOST_ISSUES = 20

/** A schema's message beyond this length is a dump of the value. */
const LONGEST_MESSAGE = 500

const WITHHELD = 'is not valid'

/**
 * The faults that a schema found, without a value of a sensitive field: schemas quote what they refuse, so the message
 * of a fault in or above a sensitive field is withheld, and so is one that quotes such a value from elsewhere.
 */
export function issuesOf(
  definition: AnyDefinition,
  context: RequestContext,
  found: readonly SchemaIssue[],
): ContextIssue[] {
  const secrets = secretsOf(definition, context)
  const issues = found.slice(0, MOST_ISSUES).map((issue): ContextIssue => {
    const path = pathOf(issue)
    return { path, message: messageOf(definition, issue, path, secrets) }
  })
  if (found.length > MOST_ISSUES) {
    issues.push({ path: [], message: `${found.length - MOST_ISSUES} more faults` })
  }
  return issues
}

function messageOf(
  definition: AnyDefinition,
  issue: SchemaIssue,
  path: ContextIssue['path'],
  secrets: readonly string[],
): string {
  const { message } = issue
  if (typeof message !== 'string' || message.length > LONGEST_MESSAGE) return WITHHELD
  if (definition.sensitive.length === 0) return message
  const field = path[0]
  if (field === undefined || definition.sensitive.includes(String(field))) return WITHHELD
  return secrets.some((secret) => message.includes(secret)) ? WITHHELD : message
}

function pathOf(issue: SchemaIssue): ContextIssue['path'] {
  return (issue.path ?? []).map((segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'symbol' ? String(key) : key
  })
}

/** Every string and number within a sensitive field, as it is and as JSON and JavaScript escape it. */
function secretsOf(definition: AnyDefinition, context: RequestContext): string[] {
  const secrets: string[] = []
  const collect = (value: unknown): void => {
    if (typeof value === 'string' && value !== '') secrets.push(value, JSON.stringify(value).slice(1, -1))
    else if (typeof value === 'number') secrets.push(String(value))
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (!Array.isArray(value)) secrets.push(name)
        collect(member)
      }
    }
  }
  for (const field of definition.sensitive) collect(own(context, field))
  return secrets
}
