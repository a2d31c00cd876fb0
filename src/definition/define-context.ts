import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import { isObject } from '../shared/get-own.js'
import { sharedEntry } from '../shared/registry.js'
import { CONTEXT_META_KEY } from '../wire/constants.js'
import { validateMetaKey } from './context-key.js'
import { type HeaderBindingInput, resolveBindings } from './header-bindings.js'
import { resolveLimits } from './limits.js'
import { assertFields, assertHeaderTypes, schemaFields } from './schema-fields.js'
import type {
  AnyDefinition,
  ContextDefinition,
  ContextLimits,
  ContextSchema,
  FieldName,
  JsonSchema,
  SchemaInput,
  SchemaOutput,
} from './types.js'

type FieldOf<Input> = FieldName<Input> & string

/** The options of {@link defineContext}. */
export interface ContextDefinitionOptions<S extends ContextSchema> {
  /** A Standard Schema of an object, from zod, valibot, arktype or another library. */
  readonly schema: S
  /** The entry of `params._meta` that carries the context. Default `CONTEXT_META_KEY`. */
  readonly key?: string | undefined
  /** The HTTP headers that fields are mirrored into, by field. Default none. */
  readonly headers?: { readonly [F in FieldOf<SchemaInput<S>>]?: HeaderBindingInput | undefined } | undefined
  /**
   * The fields whose values never appear in an error, a log line or a redacted context. A field is sensitive as a whole: a
   * part of one cannot be named. Default none.
   */
  readonly sensitive?: readonly FieldOf<SchemaInput<S>>[] | undefined
  /**
   * The sensitive fields whose messages in the schema hold no value, such as `token expired`, and are shown. Without it, an
   * error says of a sensitive field that it is missing, which type it must have, or that it is not valid. A message that
   * quotes the value is withheld all the same. Default none.
   */
  readonly safeMessages?: readonly FieldOf<SchemaInput<S>>[] | undefined
  /** Limits that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<ContextLimits> | undefined
  /**
   * The JSON Schema (2020-12) of what the client gives. Use it when the schema's library provides none (valibot), or when
   * the schema cannot be written as JSON Schema (dates). It is advertised and published; contexts are validated against
   * `schema`.
   */
  readonly jsonSchema?: JsonSchema | undefined
}

const OPTIONS: readonly string[] = ['schema', 'key', 'headers', 'sensitive', 'safeMessages', 'limits', 'jsonSchema']

/** Every definition of this process, whichever copy of this package made it. */
const definitions = /* @__PURE__ */ sharedEntry('definitions', () => new WeakSet<object>())

/**
 * Defines a request context: its schema, and how it travels.
 *
 * @returns a frozen definition, for `createContextClient`, `installContext` and `getContext`
 * @throws ContextError `invalid_definition` for a key that is not an MCP `_meta` key or that MCP reserves, a schema that
 *   is not a Standard Schema, a header that cannot be bound, a bound field whose JSON Schema does not allow the type of
 *   its binding, a bound or sensitive field that the schema does not have, as far as it lists its fields, or a limit that
 *   is not a positive integer. The message names the offender.
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
  checkOptions('defineContext()', options, OPTIONS)
  const { jsonSchema } = options
  if (!isStandardSchema(options.schema)) {
    throw invalidDefinition(
      'schema is not a Standard Schema: pass an object schema of zod 3.24, valibot 1.0 or arktype 2.0, or later',
    )
  }
  if (jsonSchema !== undefined && !isObject(jsonSchema)) {
    throw invalidDefinition('jsonSchema must be a JSON Schema: an object')
  }
  const schema = options.schema as ContextSchema<SchemaInput<S>, SchemaOutput<S>>
  const headers = resolveBindings(options.headers)
  const { sensitive = [], safeMessages = [] } = options
  const needsFields = headers.length > 0 || options.sensitive !== undefined
  const fields = needsFields ? schemaFields({ schema, jsonSchema }) : undefined
  if (fields !== undefined) assertHeaderTypes(headers, fields)
  const bound = headers.map(({ field }) => field)
  assertFields('headers', bound, fields?.names)
  assertFields('sensitive', sensitive, fields?.names)
  assertFields('safeMessages', safeMessages, sensitive)
  const definition = Object.freeze({
    key: validateMetaKey(options.key ?? CONTEXT_META_KEY),
    schema,
    headers,
    sensitive: Object.freeze([...new Set<string>(sensitive)]),
    safeMessages: Object.freeze([...safeMessages]),
    limits: resolveLimits(options.limits),
    jsonSchema,
  })
  definitions.add(definition)
  return definition
}

/**
 * Checks that a value is a definition: a copy of one, or an object literal, lacks the checks of `defineContext`.
 *
 * @throws ContextError `invalid_definition`
 */
export function assertDefinition(definition: AnyDefinition): void {
  if (definitions.has(definition)) return
  throw invalidDefinition('the definition was not made by defineContext(): pass what it returned')
}

function isStandardSchema(value: unknown): value is ContextSchema {
  const standard = (value as Partial<ContextSchema> | null | undefined)?.['~standard']
  return standard?.version === 1 && typeof standard.validate === 'function'
}
