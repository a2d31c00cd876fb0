import { ContextError } from './error.js'
import { isObject } from './own.js'

/** What one source gives of a context. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * Merges what sources gave, shallowly: the later wins (spec RC-022). One that gave `undefined` has no fields.
 *
 * @throws ContextError `invalid` for what is no object of fields
 */
export function mergeFields(answers: readonly unknown[]): Fields {
  const merged: Record<string, unknown> = {}
  for (const answer of answers) {
    if (answer === undefined) continue
    const fields = fieldsOf(answer)
    for (const name of Object.keys(fields)) {
      const value = fields[name]
      // Assigned, a field of this name would set the prototype; it stays a field, for the encoder to refuse.
      if (name === '__proto__') Object.defineProperty(merged, name, { value, enumerable: true, configurable: true })
      else merged[name] = value
    }
  }
  return merged
}

/**
 * A copy of the fields that a client gave, so that what it does to its own objects later changes no view. What cannot be
 * copied, and what is neither a plain object nor an array, is left as it is, for the encoder to write or to refuse.
 *
 * @throws ContextError `invalid` for what is no object of fields
 */
export function snapshotFields(given: unknown): Fields {
  const fields: Record<string, unknown> = { ...fieldsOf(given) }
  for (const name in fields) if (typeof fields[name] === 'object') fields[name] = snapshot(fields[name])
  return fields
}

function fieldsOf(source: unknown): Fields {
  if (isObject(source)) return source as Fields
  const kind = source === null ? 'null' : Array.isArray(source) ? 'an array' : typeof source
  throw new ContextError(
    'invalid',
    `a context source is an object of fields or a function that returns one, not ${kind}`,
  )
}

function snapshot(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  try {
    return copyPlain(value, new Map())
  } catch {
    return value
  }
}

/** @param copies those of the objects that were met; `undefined` within the object itself */
function copyPlain(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (copies.has(value)) {
    const copy = copies.get(value)
    if (copy === undefined) throw new RangeError('cycle')
    return copy
  }
  copies.set(value, undefined)
  const copy = Array.isArray(value) ? value.map((item) => copyPlain(item, copies)) : copyObject(value, copies)
  copies.set(value, copy)
  return copy
}

function copyObject(value: object, copies: Map<object, unknown>): object {
  if (Object.getPrototypeOf(value) !== Object.prototype || Object.hasOwn(value, '__proto__')) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyPlain(member, copies)]))
}
