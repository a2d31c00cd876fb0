import { isObject } from '../shared/get-own.js'
import { quote } from '../shared/printable.js'
import { ContextError } from './context-error.js'

/** The error for a definition, or an option of this package, that is not usable. */
export function invalidDefinition(message: string, cause?: unknown): ContextError {
  return new ContextError('invalid_definition', message, { cause })
}

/**
 * Checks that options are an object with known names only: a misspelt option must not be ignored.
 *
 * @param owner what takes the options, for the message: `defineContext`
 * @throws ContextError `invalid_definition`, naming the unknown option and the known ones
 */
export function checkOptions(owner: string, options: unknown, known: readonly string[]): void {
  const wrong = isObject(options) ? Object.keys(options).filter((name) => !known.includes(name)) : [options]
  if (wrong.length > 0) {
    throw invalidDefinition(`${owner} takes an object with ${known.join(', ')}, not ${quote(wrong[0])}`)
  }
}
