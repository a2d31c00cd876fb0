import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import type { ContextLimits } from './types.js'

/** The limits of a definition that sets none. */
export const DEFAULT_LIMITS: ContextLimits = /* @__PURE__ */ Object.freeze({
  maxBytes: 8192,
  maxFields: 64,
  maxDepth: 8,
  maxHeaderBytes: 4096,
})

/** A context is walked by recursion. A deeper limit than this could exhaust the stack. */
const MAX_MAX_DEPTH = 256

/**
 * Fills in the defaults.
 *
 * @throws ContextError `invalid_definition` for an unknown limit, or one that is not a positive integer
 */
export function resolveLimits(limits: unknown = {}): ContextLimits {
  checkOptions('limits', limits, Object.keys(DEFAULT_LIMITS), '{ maxBytes: 16384 }')
  const resolved: Record<string, number> = { ...DEFAULT_LIMITS }
  for (const [name, value] of Object.entries(limits as object)) {
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw invalidDefinition(`limits: ${name} must be a positive integer, not ${String(value)}`)
    }
    if (name === 'maxDepth' && (value as number) > MAX_MAX_DEPTH) {
      throw invalidDefinition(`limits: maxDepth must be at most ${MAX_MAX_DEPTH}, not ${value}`)
    }
    resolved[name] = value as number
  }
  return Object.freeze(resolved) as unknown as ContextLimits
}
