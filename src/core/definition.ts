import { checkBoundTypes } from './bound-types.js'
import { CODEC } from './codec-of.js'
import { CONTEXT_META_KEY, FIELD_NAME } from './constants.js'
import { contextCodec } from './context-codec.js'
import type { ContextDefinition } from './context-definition.js'
import { ContextError } from './error.js'
import { type HeaderBindingInput, resolveBindings } from './header-binding.js'
import { type ContextLimits, resolveLimits } from './limits.js'
import { validateMetaKey } from './meta-key.js'
import { quote } from './quote.js'
import { isUsableSchema, type JsonSchema } from './schema-check.js'
import { type ContextSchema, isStandardSchema, type SchemaInput, type SchemaOutput } from './standard-schema.js'

type FieldOf<Input> = keyof Input & string

/** The options of {@link defineContext}. */
export interface ContextDefinitionOptions<S extends ContextSchema> {
  /** A Standard Schema of an object, from zod, valibot, arktype or another library. */
  readonly schema: S
  /** The entry of `params._meta` that carries the context. Default `CONTEXT_META_KEY`. */
  readonly key?: string | undefined
  /** The HTTP headers that fields are mirrored into, by field. Default none. */
  readonly headers?: { readonly [F in FieldOf<SchemaInput<S>>]?: HeaderBindingInput | undefined } | undefined
  /** The fields whose values never appear in an error, a log line or a redacted context. Default none. */
  readonly sensitive?: readonly FieldOf<SchemaInput<S>>[] | undefined
  /** Limits other than `DEFAULT_LIMITS`. */
  readonly limits?: Partial<ContextLimits> | undefined
  /**
   * The JSON Schema (2020-12) of what the client gives, for a schema that says nothing of itself as such (valibot), or
   * has no form as such (dates). It is advertised and published; contexts are checked against `schema`.
   */
  readonly jsonSchema?: JsonSchema | undefined
}

const OPTIONS: readonly string[] = ['schema', 'key', 'headers', 'sensitive', 'limits', 'jsonSchema']

/**
 * Defines a request context: its schema, and how it travels.
 *
 * @returns a frozen definition, for `createContextClient`, `installContext` and `getContext`
 * @throws ContextError `invalid_definition` for a key that is no MCP `_meta` key or a reserved one, a schema that is no
 *   Standard Schema, a header that cannot be bound, a bound field that its JSON Schema lets be something else than the
 *   binding reads, or a limit that is no positive integer; it names the offender
 * @example
 * const requestContext = defineContext({
 *   schema: z.object({ tenant: z.string(), token: z.string() }),
 *   headers: { tenant: 'X-Tenant-Id' },
 *   sensitive: ['token'],
 * })
 */
export function defineContext<S extends ContextSchema>(
  options: ContextDefinitionOptions<S>,
): ContextDefinition<SchemaInput<S>, SchemaOutput<S>> {
  if (typeof options !== 'object' || options === null) {
    throw new ContextError('invalid_definition', 'defineContext takes an object such as { schema: z.object({ ... }) }')
  }
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new ContextError(
        'invalid_definition',
        `defineContext has no option ${quote(name)}; it has ${OPTIONS.join(', ')}`,
      )
    }
  }
  if (!isStandardSchema(options.schema)) {
    throw new ContextError(
      'invalid_definition',
      'schema is not a Standard Schema (https://standardschema.dev): pass an object schema of zod, valibot or arktype',
    )
  }
  if (options.jsonSchema !== undefined && !isUsableSchema(options.jsonSchema)) {
    throw new ContextError(
      'invalid_definition',
      'jsonSchema is not a JSON Schema that stands by itself: an object, whose keywords hold what they must and whose $ref lead into it',
    )
  }
  const headers = resolveBindings(options.headers)
  checkBoundTypes(headers, options.schema, options.jsonSchema)
  const definition = {
    key: validateMetaKey(options.key ?? CONTEXT_META_KEY),
    schema: options.schema as ContextSchema<SchemaInput<S>, SchemaOutput<S>>,
    headers,
    sensitive: resolveSensitive(options.sensitive),
    limits: resolveLimits(options.limits),
    ...(options.jsonSchema !== undefined && { jsonSchema: options.jsonSchema }),
  }
  return Object.freeze(Object.defineProperty(definition, CODEC, { value: contextCodec }))
}

function resolveSensitive(fields: unknown): readonly string[] {
  if (fields === undefined) return Object.freeze([])
  if (!Array.isArray(fields)) {
    throw new ContextError('invalid_definition', "sensitive must be an array of field names such as ['token']")
  }
  for (const field of fields) {
    if (typeof field !== 'string' || !FIELD_NAME.test(field)) {
      throw new ContextError('invalid_definition', `sensitive: ${quote(field)} is not a field name`)
    }
  }
  return Object.freeze([...new Set<string>(fields)])
}
