export { type DecodedContext, decodeContext, encodeContext } from './codec/codec.js'
export { redactContext } from './codec/redact-context.js'
export { validateMetaKey } from './definition/context-key.js'
export { type ContextDefinitionOptions, defineContext } from './definition/define-context.js'
export type { HeaderBindingInput } from './definition/header-bindings.js'
export { contextJsonSchema } from './definition/json-schema.js'
export { DEFAULT_LIMITS } from './definition/limits.js'
export type {
  AnyDefinition,
  ContextDefinition,
  ContextInput,
  ContextLimits,
  ContextOutput,
  ContextSchema,
  HeaderBinding,
  HeaderType,
  JsonSchema,
} from './definition/types.js'
export { ContextError, type ContextErrorCode, type RejectionReason } from './errors/context-error.js'
export { contextErrorFrom } from './errors/context-error-from.js'
export type { ContextRejection } from './errors/rejection.js'
export { CONTEXT_META_KEY, EXTENSION_ID } from './wire/constants.js'
export type {
  CapabilitySettings,
  ContextErrorData,
  ContextIssue,
  ContextSettings,
  HeaderBindingSettings,
  RequestContext,
} from './wire/types.generated.js'
