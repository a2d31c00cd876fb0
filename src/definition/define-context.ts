import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import { quote } from '../shared/printable.js'
import { sharedEntry } from '../shared/registry.js'
import { CONTEXT_META_KEY } from '../wire/constants.js'
import { FIELD_NAME } from '../wire/names.js'
import { validateMetaKey } from './context-key.js'
import { type HeaderBindingInput, resolveBindings } from './header-bindings.js'
import { assertHeaderTypes } from './header-types.js'
import { tryContextJsonSchema } from './json-schema.js'
import { isUsableSchema } from './json-schema-check.js'
import { resolveLimits } from './limits.js'
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
  /** The fields whose values never appear in an error, a log line or a redacted context. Default none. */
  readonly sensitive?: readonly FieldOf<SchemaInput<S>>[] | undefined
  /** Limits that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<ContextLimits> | undefined
  /**
   * The JSON Schema (2020-12) of what the client gives. Use it when the schema's library provides none (valibot), or when
   * the schema cannot be written as JSON Schema (dates). It is advertised and published; contexts are validated against
   * `schema`.
   */
  readonly jsonSchema?: JsonSchema | undefined
}

const OPTIONS: readonly string[] = ['schema', 'key', 'headers', 'sensitive', 'limits', 'jsonSchema']

/** Every definition of this process, whichever copy of this package made it. */
const definitions = /* @__PURE__ */ sharedEntry('definitions', () => new WeakSet<object>())

/**
 * Defines a request context: its schema, and how it travels.
 *
 * @returns a frozen definition, for `createContextClient`, `installContext` and `getContext`
 * @throws ContextError `invalid_definition` for a key that is not an MCP `_meta` key or that MCP reserves, a schema that
 *   is not a Standard Schema, a header that cannot be bound, a bound field whose JSON Schema does not allow the type of
 *   its binding, or a limit that is not a positive integer. The message names the offender.
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
    throw invalidDefinition('schema is not a Standard Schema: pass an object schema of zod, valibot or arktype')
  }
  if (jsonSchema !== undefined && !isUsableSchema(jsonSchema)) {
    throw invalidDefinition('jsonSchema must be an object with valid keywords, whose every $ref leads into it')
  }
  const schema = options.schema as ContextSchema<SchemaInput<S>, SchemaOutput<S>>
  const headers = resolveBindings(options.headers)
  const known = headers.length > 0 ? tryContextJsonSchema({ schema, jsonSchema }) : undefined
  if (known !== undefined) assertHeaderTypes(headers, known)
  const definition = Object.freeze({
    key: validateMetaKey(options.key ?? CONTEXT_META_KEY),
    schema,
    headers,
    sensitive: resolveSensitive(options.sensitive),
    limits: resolveLimits(options.limits),
    ...(jsonSchema !== undefined && { jsonSchema }),
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

function resolveSensitive(fields: unknown = []): readonly string[] {
  if (!Array.isArray(fields)) {
    throw invalidDefinition("sensitive must be an array of field names such as ['token']")
  }
  for (const field of fields) {
    if (typeof field !== 'string' || !FIELD_NAME.test(field)) {
      throw invalidDefinition(`sensitive: ${quote(field)} is not a field name`)
    }
  }
  return Object.freeze([...new Set<string>(fields)])
}
