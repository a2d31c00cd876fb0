import { decodeContext } from '../core/codec.js'
import { CONTEXT_META_KEY } from '../core/constants.js'
import { defineContext } from '../core/definition.js'
import { own } from '../core/own.js'
import { type Fault, pointerOf } from './fault.js'

/** A context of any fields, within the default limits. */
const anyContext = defineContext({
  schema: { '~standard': { version: 1, vendor: 'mcp-request-context', validate: (value: unknown) => ({ value }) } },
})

/** Where a value of a published schema holds a context. */
const CONTEXT_IN: Readonly<Record<string, (value: unknown) => { path: string[]; context: unknown }>> = {
  context: (value) => ({ path: [], context: value }),
  'request-meta': (value) => ({ path: [CONTEXT_META_KEY], context: own(value, CONTEXT_META_KEY) }),
}

/**
 * What JSON Schema cannot say of a context: its size, its depth, and the names that no object within it may have. The
 * library itself says it, so that both agree.
 *
 * @param published the name of the published schema that the value was checked against
 * @param found what that schema found: a fault that it has told is not told again
 */
export async function contextFaults(published: string, value: unknown, found: readonly Fault[]): Promise<Fault[]> {
  const holder = own(CONTEXT_IN, published) as (typeof CONTEXT_IN)[string] | undefined
  const { path, context } = holder?.(value) ?? {}
  if (path === undefined || context === undefined) return []
  const place = pointerOf(path)
  const { problem } = await decodeContext(anyContext, withoutTold(context, place, found))
  if (problem === undefined) return []
  return problem.issues
    .filter((issue) => {
      if (issue.path.length > 0) return true
      // Of the context itself, the schema says all but its bytes.
      return problem.reason === 'invalid' ? found.length === 0 : !found.some(({ pointer }) => pointer === place)
    })
    .map((issue) => ({ pointer: pointerOf([...path, ...issue.path]), reason: issue.message }))
}

/** The library stops at the first fault: what the schema has found in a field itself must not hide another. */
function withoutTold(context: unknown, place: string, found: readonly Fault[]): unknown {
  if (found.length === 0 || typeof context !== 'object' || context === null || Array.isArray(context)) return context
  const told = new Set(found.map(({ pointer }) => pointer))
  return Object.fromEntries(Object.entries(context).filter(([name]) => !told.has(place + pointerOf([name]))))
}
