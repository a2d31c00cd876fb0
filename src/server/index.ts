export { forwardHeaders, getHttpHeaders } from './http-headers.js'
export { type InheritedContext, inheritContext } from './inherit-context.js'
export { type ContextCapableServer, contextTransport, installContext } from './install.js'
export { getContext, readContext, runWithContext, tryGetContext } from './scope.js'
export type {
  ContextCapableTransport,
  HttpPolicy,
  InstallOptions,
  RequiredContext,
  RequiredRequest,
} from './types.js'
