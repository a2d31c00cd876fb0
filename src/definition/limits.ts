import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import type { ContextLimits } from './types.js'

/** The limits of a definition that sets none. */
export const DEFAULT_LIMITS: ContextLimits = /* @__PURE__ */ Object.freeze({
  maxBytes: 8192,
  maxFields: 64,
  maxDepth: 8,
  maxHeaderBytes: 4096,
})

/**
 * Fills in the defaults.
 *
 * @throws ContextError `invalid_definition` for an unknown limit, or one that is not a positive integer
 */
export function resolveLimits(limits: unknown = {}): ContextLimits {
  /** A context is walked by recursion. A deeper limit than this could exhaust the stack. */
  const MAX_MAX_DEPTH = 256
  checkOptions('limits', limits, Object.keys(DEFAULT_LIMITS))
  const resolved: Record<string, number> = { ...DEFAULT_LIMITS }
  for (const [name, value] of Object.entries(limits as object)) {
    if (value === undefined) continue
    const max = name === 'maxDepth' ? MAX_MAX_DEPTH : Number.MAX_SAFE_INTEGER
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > max) {
      throw invalidDefinition(`limits: ${name} must be an integer from 1 to ${max}, not ${String(value)}`)
    }
    resolved[name] = value as number
  }
  return Object.freeze(resolved) as unknown as ContextLimits
}
