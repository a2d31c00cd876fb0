import { ContextError } from './error.js'
import { isObject } from './own.js'
import { quote } from './quote.js'

/** The limits of one context. Each fails loudly; nothing is ever cut short. */
export interface ContextLimits {
  /** The UTF-8 bytes of the context's compact JSON. Default 8192. */
  readonly maxBytes: number
  /** The fields of the context object itself. Default 64. */
  readonly maxFields: number
  /** The levels of nested objects and arrays, the context object being the first. Default 8, at most 256. */
  readonly maxDepth: number
  /** The bytes of one mirrored HTTP header's value. Default 4096. */
  readonly maxHeaderBytes: number
}

/** The limits of a definition that sets none. */
export const DEFAULT_LIMITS: ContextLimits = Object.freeze({
  maxBytes: 8192,
  maxFields: 64,
  maxDepth: 8,
  maxHeaderBytes: 4096,
})

/** A context is walked by recursion: a deeper limit than this one could exhaust the stack. */
const DEEPEST = 256

/**
 * Fills in the defaults.
 *
 * @throws ContextError `invalid_definition` for an unknown limit, or one that is no positive integer
 */
export function resolveLimits(limits: Partial<ContextLimits> = {}): ContextLimits {
  if (!isObject(limits)) {
    throw new ContextError('invalid_definition', 'limits must be an object such as { maxBytes: 16384 }')
  }
  const resolved: Record<string, number> = { ...DEFAULT_LIMITS }
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      const known = Object.keys(DEFAULT_LIMITS).join(', ')
      throw new ContextError('invalid_definition', `limits: there is no limit ${quote(name)}; there are ${known}`)
    }
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ContextError('invalid_definition', `limits: ${name} must be a positive integer, not ${String(value)}`)
    }
    if (name === 'maxDepth' && value > DEEPEST) {
      throw new ContextError('invalid_definition', `limits: maxDepth must be at most ${DEEPEST}, not ${value}`)
    }
    resolved[name] = value
  }
  return Object.freeze(resolved) as unknown as ContextLimits
}
