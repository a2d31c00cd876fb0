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
  if (!isObject(options)) throw invalidDefinition(`${owner} takes an object with ${known.join(', ')}`)
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw invalidDefinition(`${owner} has no option ${quote(name)}; it has ${known.join(', ')}`)
    }
  }
}
