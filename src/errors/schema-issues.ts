import { getOwn } from '../shared/get-own.js'
import type { ContextIssue } from '../wire/types.generated.js'

/** One issue as a Standard Schema reports it. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  /** What the schema expected. zod, valibot and arktype add it: `string`, `a string`. */
  readonly expected?: unknown
}

/** What is needed of a definition. */
interface Withholding {
  readonly sensitive: readonly string[]
  readonly safeMessages: readonly string[]
}

/** The types that are told where a sensitive field has another one, as the libraries write them. */
const TYPE = /^(?:an? )?(?:string|number|boolean|object|array)$/i

/**
 * The issues that a schema found, without a value of a sensitive field. Schemas quote what they reject, so a message is
 * withheld when its issue is in or above a sensitive field, and when it quotes a part of such a value. Of a sensitive field
 * it is still told that it is missing, or which type it must have.
 *
 * @param context the context that the schema rejected
 */
export function issuesFromSchema(
  { sensitive, safeMessages }: Withholding,
  context: unknown,
  found: readonly SchemaIssue[],
): ContextIssue[] {
  /** Issues beyond this many are counted, not listed: a small context must not draw a large answer. */
  const MAX_ISSUES = 20
  /** The most characters of the paths of all listed issues together, the first one not counted. */
  const MAX_PATH_LENGTH = 2000
  /** A longer message of a schema is a dump of the value. */
  const MAX_MESSAGE_LENGTH = 500
  /** With more secrets than this, all messages are withheld: none is searched for them. */
  const MAX_SECRETS = 64
  const WITHHELD = 'is not valid'

  const secrets = secretsIn(context, sensitive)
  const hasSecret = (text: string) => {
    const folded = text.toUpperCase()
    return secrets.length > MAX_SECRETS || secrets.some((secret) => folded.includes(secret))
  }
  /** Whether an issue is in a sensitive field, or is about the whole context and so about that field too. */
  const isSensitive = ([field]: ContextIssue['path']) =>
    field === undefined
      ? sensitive.length > 0
      : sensitive.includes(String(field)) && !safeMessages.includes(String(field))
  /** What is told in place of a message that may hold a value. */
  const toldOf = ({ expected }: SchemaIssue, path: ContextIssue['path']): string => {
    if (path.length !== 1) return WITHHELD
    if (getOwn(context, String(path[0])) === undefined) return 'is missing'
    return TYPE.test(String(expected)) ? `must be ${String(expected).toLowerCase()}` : WITHHELD
  }
  const issues: ContextIssue[] = []
  let room = MAX_PATH_LENGTH
  for (const issue of found) {
    const path = pathOf(issue)
    const cut = path.findIndex((segment, index) => index > 0 && hasSecret(String(segment)))
    const shown = cut < 0 ? path : path.slice(0, cut)
    room -= shown.join('').length
    if (issues.length === MAX_ISSUES || (issues.length > 0 && room < 0)) {
      issues.push({ path: [], message: `${found.length - issues.length} more issues` })
      break
    }
    const { message } = issue
    const isTooLong = typeof message !== 'string' || message.length > MAX_MESSAGE_LENGTH
    const withheld = isTooLong || isSensitive(shown) || hasSecret(message)
    issues.push({ path: shown, message: withheld ? toldOf(issue, path) : message })
  }
  return issues
}

/** `Array.from`, because the path of arktype is a subclass of Array whose `map` makes another one. */
function pathOf(issue: SchemaIssue): ContextIssue['path'] {
  return Array.from(issue.path ?? [], (segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'symbol' ? String(key) : key
  })
}

/**
 * The words, and the two ends, of every string, number and member name within the sensitive fields. A comparison ignores
 * case: all is in upper case, because a sigma has two forms in lower case.
 */
function secretsIn(context: unknown, sensitive: readonly string[]): string[] {
  /** The shortest word of a secret that counts. A shorter one is in many messages by chance. */
  const MIN_WORD_LENGTH = 4
  /** A schema may quote the beginning or the end of what it rejects. This many characters of either count as a secret. */
  const SECRET_END_LENGTH = 6

  const secrets = new Set<string>()
  const add = (text: string): void => {
    const folded = text.trim().toUpperCase()
    if (folded === '') return
    secrets.add(folded.slice(0, SECRET_END_LENGTH)).add(folded.slice(-SECRET_END_LENGTH))
    for (const word of folded.split(/[^\p{L}\p{N}]+/u)) if (word.length >= MIN_WORD_LENGTH) secrets.add(word)
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
  for (const field of sensitive) collect(getOwn(context, field))
  return [...secrets]
}
