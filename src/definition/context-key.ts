import { invalidDefinition } from '../errors/invalid-definition.js'
import { quote } from '../shared/printable.js'
import { MAX_NAME_LENGTH } from '../wire/names.js'

// MCP 2026-07-28, General fields, `_meta`: labels separated by dots, then a slash, then a name that may be empty.
const META_KEY = /^(?:[a-z](?:-*[a-z0-9])*(?:\.[a-z](?:-*[a-z0-9])*)*\/)?(?:[a-z0-9](?:[._-]*[a-z0-9])*)?$/i

/** Bare names that MCP uses itself. */
const RESERVED_NAME = /^(?:progressToken|traceparent|tracestate|baggage)$/

/** Prefixes that MCP keeps for itself, by their second label (`io.modelcontextprotocol/`, `com.mcp.tools/`). */
const RESERVED_PREFIX = /^[^./]+\.(?:mcp|modelcontextprotocol)(?:\.[^/]*)?\//i

/**
 * Checks that a string can be a context key: it follows MCP's grammar of `_meta` keys, and MCP does not reserve it.
 *
 * @returns the key itself
 * @throws ContextError `invalid_definition`, saying what is wrong with the key
 * @example
 * validateMetaKey('com.example/request-context')
 */
export function validateMetaKey(key: string): string {
  const isKey = typeof key === 'string' && key !== '' && key.length <= MAX_NAME_LENGTH && META_KEY.test(key)
  if (isKey && !RESERVED_NAME.test(key) && !RESERVED_PREFIX.test(key)) return key
  const what = isKey ? 'reserved by MCP' : `not an MCP _meta key of 1 to ${MAX_NAME_LENGTH} characters`
  throw invalidDefinition(
    `key ${quote(key)} is ${what}: use a name under a domain of yours, such as "com.example/context"`,
  )
}
