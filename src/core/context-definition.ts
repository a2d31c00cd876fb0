import type { HeaderBinding } from './header-binding.js'
import type { ContextLimits } from './limits.js'
import type { JsonSchema } from './schema-check.js'
import type { ContextSchema } from './standard-schema.js'

/** What client and server share: make it once, in a module that both import. */
export interface ContextDefinition<Input = unknown, Output = unknown> {
  readonly key: string
  readonly schema: ContextSchema<Input, Output>
  readonly headers: readonly HeaderBinding[]
  readonly sensitive: readonly string[]
  readonly limits: ContextLimits
  /** The JSON Schema that was given by hand. */
  readonly jsonSchema?: JsonSchema | undefined
}

/** Any definition, whatever its schema. */
// biome-ignore lint/suspicious/noExplicitAny: a definition's types go in and out, so no other type covers them all
export type AnyDefinition = ContextDefinition<any, any>

/** The context that a client gives: what the definition's schema takes. */
export type ContextInput<D extends AnyDefinition> = D extends ContextDefinition<infer Input, unknown> ? Input : never

/** The context that a server gets: what the definition's schema gives. */
export type ContextOutput<D extends AnyDefinition> = D extends ContextDefinition<unknown, infer Output> ? Output : never
