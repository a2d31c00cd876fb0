import { REDACTED } from '../wire/constants.js'
import type { AnyDefinition } from './types.js'

/**
 * A copy of a context for a log line: each sensitive field reads `'[redacted]'`.
 *
 * @param value the context, as a client gives it or as a server gets it
 * @example
 * console.log(redactContext(requestContext, getContext(requestContext)))
 */
export function redactContext<T extends object>(
  definition: AnyDefinition,
  value: T,
): { [F in keyof T]: T[F] | string } {
  const copy = { ...value } as Record<string, unknown>
  for (const field of definition.sensitive) {
    if (Object.hasOwn(copy, field)) copy[field] = REDACTED
  }
  return copy as { [F in keyof T]: T[F] | string }
}
