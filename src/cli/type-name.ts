import { CannotRun } from './failure.js'

/** A name that TypeScript takes for a type, and that the generator leaves as it is. */
const TYPE_NAME = /^[A-Z][A-Za-z]*[0-9]*$/
const LONGEST = 64
const DEFAULT = 'RequestContext'

/**
 * The name of a declared type: the one that was asked for, or one made of the schema's title or another text.
 *
 * @throws CannotRun for a name that was asked for and is none
 */
export function typeNameOf(asked: string | undefined, ...texts: readonly unknown[]): string {
  if (asked === undefined) return texts.map(fromText).find((name) => name !== undefined) ?? DEFAULT
  if (TYPE_NAME.test(asked) && asked.length <= LONGEST) return asked
  throw new CannotRun(
    `--name takes letters, the first a capital, and digits at the end, such as ${DEFAULT}; at most ${LONGEST} characters`,
  )
}

function fromText(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const words = text.slice(0, LONGEST).match(/[A-Za-z0-9]+/g) ?? []
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return [name, name.replace(/[0-9]/g, '')].find((candidate) => TYPE_NAME.test(candidate))
}
