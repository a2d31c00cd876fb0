export { type DecodedContext, decodeContext, encodeContext } from './core/codec.js'
export { CONTEXT_META_KEY, EXTENSION_ID } from './core/constants.js'
export type { AnyDefinition, ContextDefinition, ContextInput, ContextOutput } from './core/context-definition.js'
export { type ContextDefinitionOptions, defineContext } from './core/definition.js'
export { ContextError, type ContextErrorCode, type ContextRefusal, contextErrorFrom } from './core/error.js'
export type { HeaderBinding, HeaderBindingInput, HeaderType } from './core/header-binding.js'
export { contextJsonSchema } from './core/json-schema.js'
export { type ContextLimits, DEFAULT_LIMITS } from './core/limits.js'
export { validateMetaKey } from './core/meta-key.js'
export type { ContextProblem } from './core/problem.js'
export { redactContext } from './core/redact.js'
export type { JsonSchema } from './core/schema-check.js'
export type { ContextSchema } from './core/standard-schema.js'
export type {
  CapabilitySettings,
  ContextErrorData,
  ContextIssue,
  ContextSettings,
  HeaderBindingSettings,
  RequestContext,
} from './core/wire.generated.js'
