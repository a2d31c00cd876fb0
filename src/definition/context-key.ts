import { invalidDefinition } from '../errors/invalid-definition.js'
import { quote } from '../shared/printable.js'
import { MAX_NAME_LENGTH } from '../wire/names.js'

// MCP 2026-07-28, General fields, `_meta`: labels separated by dots, then a slash, then a name that may be empty.
const LABEL = /^[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** Bare names that MCP itself uses. */
const RESERVED_NAMES: readonly string[] = ['progressToken', 'traceparent', 'tracestate', 'baggage']

/** The second labels of the prefixes that MCP keeps for itself (`io.modelcontextprotocol/`, `com.mcp.tools/`). */
const RESERVED_LABELS: readonly string[] = ['mcp', 'modelcontextprotocol']

/**
 * Checks that a string can be a context key: it follows MCP's grammar of `_meta` keys, and MCP does not reserve it.
 *
 * @returns the key itself
 * @throws ContextError `invalid_definition`, saying what is wrong with the key
 * @example
 * validateMetaKey('com.example/request-context')
 */
export function validateMetaKey(key: string): string {
  const issue = issueOf(key)
  if (issue !== undefined) throw invalidDefinition(`key ${quote(key)} ${issue}`)
  return key
}

function issueOf(key: unknown): string | undefined {
  if (typeof key !== 'string') return 'is not a string'
  if (key === '') return 'is empty'
  if (key.length > MAX_NAME_LENGTH) return `has ${key.length} characters; the limit is ${MAX_NAME_LENGTH}`
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  if (name !== '' && !NAME.test(name)) {
    return 'has an invalid name: letters, digits, "-", "_" and "." between letters or digits'
  }
  if (slash < 0) return RESERVED_NAMES.includes(name) ? 'is reserved by MCP' : undefined
  const labels = key.slice(0, slash).split('.')
  if (!labels.every((label) => LABEL.test(label))) {
    return 'has an invalid prefix: labels separated by dots, each of letters, digits and "-", starting with a letter and ending with a letter or digit'
  }
  if (RESERVED_LABELS.includes(labels[1]?.toLowerCase() ?? '')) {
    return 'has a prefix that is reserved by MCP: use one of a domain you own, such as "com.example/"'
  }
  return undefined
}
