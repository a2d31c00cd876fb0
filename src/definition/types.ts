import type { SchemaIssue } from '../errors/schema-issues.js'

/**
 * The part of Standard Schema (https://standardschema.dev, version 1) that this package reads: any schema of an object
 * that zod, valibot, arktype or another library makes. `Input` is what a client gives, `Output` what a server gets.
 */
export interface ContextSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a Standard Schema returns. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** What a schema takes. */
export type SchemaInput<S extends ContextSchema> = NonNullable<S['~standard']['types']>['input']

/** What a schema gives. */
export type SchemaOutput<S extends ContextSchema> = NonNullable<S['~standard']['types']>['output']

/** A JSON Schema, 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** How the value of a bound field is written to its header and read back. */
export type HeaderType = 'string' | 'integer' | 'boolean'

/** A checked binding of one field to one HTTP header. */
export interface HeaderBinding {
  readonly field: string
  /** The header's name as it was given. HTTP compares names without regard to case (RFC 9110, section 5.1). */
  readonly name: string
  /** The same in lower case, as it is sent and looked up. */
  readonly lowerCaseName: string
  readonly type: HeaderType
  /** What stands before the value, for `Authorization`. */
  readonly scheme?: 'Bearer' | undefined
}

/** The limits of one context. Each fails loudly; nothing is ever cut short. */
export interface ContextLimits {
  /** The UTF-8 bytes of the context's compact JSON. Default 8192. */
  readonly maxBytes: number
  /** The fields of the context object itself. Default 64. */
  readonly maxFields: number
  /** The levels of nested objects and arrays, the context object being the first. Default 8, at most 256. */
  readonly maxDepth: number
  /** The bytes of the value of one mirrored HTTP header. Default 4096. */
  readonly maxHeaderBytes: number
}

/** What client and server share. Make it once, in a module that both import. */
export interface ContextDefinition<Input = unknown, Output = unknown> {
  readonly key: string
  readonly schema: ContextSchema<Input, Output>
  readonly headers: readonly HeaderBinding[]
  readonly sensitive: readonly string[]
  /** The sensitive fields whose messages are shown, where they were named. */
  readonly safeMessages: readonly string[]
  readonly limits: ContextLimits
  /** The JSON Schema that was given with the definition. */
  readonly jsonSchema?: JsonSchema | undefined
}

/** Any definition, whatever its schema. */
// biome-ignore lint/suspicious/noExplicitAny: a definition's types go in and out, so no other type covers them all
export type AnyDefinition = ContextDefinition<any, any>

/** The context that a client gives: what the definition's schema takes. */
export type ContextInput<D extends AnyDefinition> = D extends ContextDefinition<infer Input, unknown> ? Input : never

/** The names of the fields of a context; of a union, those of every member. */
export type FieldName<Context> = Context extends unknown ? keyof Context : never

/** What a field of a context can hold; of a union, what it holds in any member that has it. */
export type FieldValue<Context, Name extends PropertyKey> = Context extends unknown
  ? Name extends keyof Context
    ? Context[Name]
    : never
  : never

/** The context that a server gets: what the definition's schema gives. */
export type ContextOutput<D extends AnyDefinition> = D extends ContextDefinition<unknown, infer Output> ? Output : never
