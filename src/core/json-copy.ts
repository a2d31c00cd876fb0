import { type CopyFault, invalid } from './fault.js'
import { isFieldName } from './field-name.js'
import { isRecord, kindOf } from './json-kind.js'
import { Walk } from './json-walk.js'
import type { ContextLimits } from './limits.js'
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

/** Makes copies of a context, as often as called; what is done to the context later changes none. */
export function copier(context: RequestContext): () => RequestContext {
  const kept = cloneJson(context)
  // The usual context has primitives alone, which is known before it is copied.
  for (const name in kept) if (typeof kept[name] === 'object') return () => cloneJson(kept)
  return () => ({ ...kept })
}

type Fields = Readonly<Record<string, unknown>>

/** A number takes at most so many bytes, such as `-2.2250738585072014e-308`. */
const LONGEST_NUMBER = 24

/** What a character takes at most, as JSON: six bytes, `\u001f`. */
const LONGEST_CHARACTER = 6

/**
 * The short way for the usual context, all of whose fields are primitives: `true` for one that is surely within its
 * limits, `false` where the walk has to tell.
 */
function isFlatWithin(fields: Fields, limits: ContextLimits): boolean {
  let bytes = 1
  for (const name in fields) {
    if (!isFieldName(name)) return false
    const field = fields[name]
    bytes += name.length + 4
    if (typeof field === 'string') bytes += LONGEST_CHARACTER * field.length + 2
    else if (typeof field === 'boolean' || field === null) bytes += 5
    else if (typeof field === 'number' && Number.isFinite(field)) bytes += LONGEST_NUMBER
    else return false
  }
  return bytes > 1 && bytes <= limits.maxBytes && Object.getOwnPropertySymbols(fields).length === 0
}
