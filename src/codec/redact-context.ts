import type { AnyDefinition } from '../definition/types.js'
import { getOwn } from '../shared/get-own.js'
import { sharedEntry } from '../shared/registry.js'
import { REDACTED } from '../wire/constants.js'

type Fields = Readonly<Record<string, unknown>>

/** What a client gave for each context whose schema changed or moved a sensitive field, whichever copy decoded it. */
const inputs = /* @__PURE__ */ sharedEntry('inputs', () => new WeakMap<object, Fields>())

/** Remembers the sensitive values that a context was made of, where it does not hold them under their own names. */
export function rememberSecrets({ sensitive }: AnyDefinition, input: Fields, context: unknown): void {
  if (typeof context !== 'object' || context === null) return
  for (const field of sensitive) {
    if (Object.hasOwn(input, field) && getOwn(context, field) !== input[field]) inputs.set(context, input)
  }
}

/** Shorter strings are in others by chance, so they must be the whole value. */
const MIN_PART_LENGTH = 4

/** A string is hidden as a part of a secret from this length on: a token without its `Bearer `. */
const MIN_WHOLE_LENGTH = 8

/**
 * A copy of a context for a log line. Each sensitive field reads `'[redacted]'`, and so does every text that holds what a
 * client gave for one, wherever the schema put it; the name of a member that holds it is replaced too. An object that is
 * not plain, such as a `Map`, is shown only where it is a `Date`.
 *
 * A value that the schema encoded or hashed is not recognized: name the field that holds it in a schema whose output is
 * to be logged, or leave the field out of the line.
 *
 * @param value the context, as a client gives it or as a server gets it
 * @example
 * console.log(redactContext(requestContext, getContext(requestContext)))
 */
export function redactContext<T extends object>(
  { sensitive }: AnyDefinition,
  value: T,
): { [F in keyof T]: T[F] | string } {
  const secrets = new Set<string>()
  const names = new Set<string>()
  const input = inputs.get(value)
  for (const field of sensitive) {
    addSecrets(getOwn(input, field), secrets, names)
    const held = getOwn(value, field)
    if (typeof held !== 'object') addSecrets(held, secrets, names)
  }
  const isSecret = (text: string) => names.has(text) || [...secrets].some((secret) => isPartOf(secret, text))
  /** The copies of the objects within. An object may be there twice, or within itself. */
  const copies = new Map<object, object>()
  const redact = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return isSecret(String(inner)) ? REDACTED : inner
    try {
      return inner instanceof Date ? inner : redactObject(inner)
    } catch {
      // It cannot be read.
      return REDACTED
    }
  }
  const redactObject = (object: object): unknown => {
    const known = copies.get(object)
    if (known !== undefined) return known
    const prototype: unknown = Object.getPrototypeOf(object)
    const isList = Array.isArray(object)
    if (!isList && prototype !== Object.prototype && prototype !== null) return REDACTED
    const copy: object = isList ? [] : {}
    copies.set(object, copy)
    return redactMembers(object, copy)
  }
  const redactMembers = (object: object, copy: object): object => {
    for (const [name, member] of Object.entries(object)) {
      const shown = !Array.isArray(object) && isSecret(name) ? REDACTED : name
      Object.defineProperty(copy, shown, {
        value: redact(member),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    return copy
  }
  const hasSecrets = secrets.size + names.size > 0
  const copy = (hasSecrets ? redactMembers(value, {}) : { ...value }) as Record<string, unknown>
  for (const field of sensitive) if (Object.hasOwn(value, field)) copy[field] = REDACTED
  return copy as { [F in keyof T]: T[F] | string }
}

/** The texts and the numbers within a sensitive value, and the names of its members. */
function addSecrets(value: unknown, secrets: Set<string>, names: Set<string>): void {
  if (typeof value === 'string' || typeof value === 'number') secrets.add(String(value).trim())
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (!Array.isArray(value)) names.add(name)
      addSecrets(member, secrets, names)
    }
  }
  secrets.delete('')
}

function isPartOf(secret: string, text: string): boolean {
  if (text === secret) return true
  if (secret.length >= MIN_PART_LENGTH && text.toUpperCase().includes(secret.toUpperCase())) return true
  return text.length >= MIN_WHOLE_LENGTH && secret.toUpperCase().includes(text.toUpperCase())
}
