import { type CopyFault, invalid } from './fault.js'
import { isFieldName } from './field-name.js'
import { isRecord, kindOf } from './json-kind.js'
import { Walk } from './json-walk.js'
import type { ContextLimits } from './limits.js'
import { PLAIN_TEXT } from './plain-text.js'
import type { RequestContext } from './wire.generated.js'

/**
 * Copies a context: reads every value once, keeps what JSON keeps, and measures as it goes, so that a value over a
 * limit costs no more than the limit. The copy is made of plain objects, arrays and primitives, and nobody else has it.
 *
 * @throws what a getter or a proxy within the value throws
 */
export function copyContext(
  value: unknown,
  limits: ContextLimits,
): { readonly copy: RequestContext; readonly fault?: undefined } | { readonly fault: CopyFault } {
  if (!isRecord(value)) return { fault: invalid(`a context is a JSON object, not ${kindOf(value)}`) }
  const tooMany = Object.keys(value).length > limits.maxFields
  const once = tooMany ? value : { ...value }
  if (!tooMany && isFlatWithin(once as Fields, limits)) return { copy: once as RequestContext }
  const walk = new Walk(limits)
  const copy = walk.context(once, value)
  return walk.fault === undefined ? { copy: copy as RequestContext } : { fault: walk.fault }
}

/** A copy of a copy, for a schema to do with as it likes. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cloneJson) as T
  const clone = { ...value }
  for (const name in clone) if (typeof clone[name] === 'object') clone[name] = cloneJson(clone[name])
  return clone
}

type Fields = Readonly<Record<string, unknown>>

/**
 * The short way for the usual context, all of whose fields are primitives and plain text: `true` for one that is within
 * its limits, `false` where the walk has to tell.
 */
function isFlatWithin(fields: Fields, limits: ContextLimits): boolean {
  const names = Object.keys(fields)
  if (names.length === 0 || Object.getOwnPropertySymbols(fields).length > 0) return false
  let bytes = 1
  for (const name of names) {
    const field = fields[name]
    if (!isFieldName(name)) return false
    bytes += name.length + 4
    if (typeof field === 'string') {
      bytes += field.length + 2
      if (bytes > limits.maxBytes || !PLAIN_TEXT.test(field)) return false
    } else if (typeof field === 'boolean') bytes += field ? 4 : 5
    else if (typeof field === 'number' && Number.isFinite(field)) bytes += String(field).length
    else if (field === null) bytes += 4
    else return false
  }
  return bytes <= limits.maxBytes
}
