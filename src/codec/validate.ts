import type { ContextSchema, SchemaResult } from '../definition/types.js'
import { andThen, type MaybePromise } from '../shared/maybe-promise.js'
import type { RequestContext } from '../wire/types.generated.js'
import { cloneJson } from './copy-context.js'

// A Standard Schema of zod is tried synchronously first. What an asynchronous function of it began is then dropped: it runs
// again, and when the first one rejects, nobody handles that and Node ends the process. So a schema of zod 4 that holds
// functions of its author is run in the mode that waits for what is asynchronous, and is synchronous where nothing is.

/** The part of a schema of zod 4 that is used here: https://zod.dev/library-authors, read in 4.0 to 4.6. */
interface ZodSchema {
  readonly _zod: { readonly run: (payload: Payload, options: { readonly async: true }) => MaybePromise<Payload> }
  readonly safeParseAsync: (value: unknown) => Promise<{ readonly data?: unknown; readonly error?: Issues }>
}

interface Payload {
  readonly value: unknown
  readonly issues: readonly unknown[]
}

interface Issues {
  readonly issues: Extract<SchemaResult<unknown>, { issues: readonly unknown[] }>['issues']
}

type Validate = (value: unknown) => MaybePromise<SchemaResult<unknown>>

const validators = /* @__PURE__ */ new WeakMap<object, Validate>()

/**
 * What a schema says of a context. It gets a copy of its own: it cannot change what is sent. No promise of its author's
 * functions is left alone.
 */
export function validate(schema: ContextSchema, context: RequestContext): MaybePromise<SchemaResult<unknown>> {
  let validator = validators.get(schema)
  if (validator === undefined) {
    validator = holdsFunctions(schema)
      ? validatorOfZod(schema as ContextSchema & ZodSchema)
      : schema['~standard'].validate
    validators.set(schema, validator)
  }
  return validator(cloneJson(context))
}

/** Each function runs once for a value that is accepted. Only the library can put issues into words, so it is asked again. */
function validatorOfZod(schema: ContextSchema & ZodSchema): Validate {
  return (value) => {
    const result = schema._zod.run({ value, issues: [] }, { async: true })
    return andThen(result, ({ value: output, issues }): MaybePromise<SchemaResult<unknown>> => {
      if (issues.length === 0) return { value: output }
      if (!(result instanceof Promise)) return schema['~standard'].validate(value)
      return schema.safeParseAsync(value).then(({ data, error }) => error ?? { value: data })
    })
  }
}

/** A schema with more parts than this may be one that makes new parts without end. */
const MAX_PARTS = 1000

/** Whether a schema of zod 4, or a part of one, is made with a function that can be asynchronous. */
function holdsFunctions(part: unknown, seen = new Set<unknown>()): boolean {
  if (typeof part !== 'object' || part === null || seen.has(part)) return false
  if (seen.add(part).size > MAX_PARTS) return true
  const { _zod: internals } = part as { readonly _zod?: { readonly def?: Readonly<Record<string, unknown>> } }
  const def = internals?.def
  // Beside a schema and a check of zod, lists and records of them are followed, and no schema of another library.
  if (def === undefined) return seen.size > 1 && Object.values(part).some((inner) => holdsFunctions(inner, seen))
  if ('transform' in def || 'getter' in def || def.type === 'promise' || def.check === 'custom') return true
  // A default may be a getter that calls its author's function.
  return Object.keys(def).some((name) => name !== 'defaultValue' && holdsFunctions(def[name], seen))
}
