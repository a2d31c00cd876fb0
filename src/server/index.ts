export { getHttpHeaders, type HttpHeadersOptions } from './http-headers.js'
export { type InheritedContext, inheritContext } from './inherit-context.js'
export { type ContextCapableServer, contextTransport, installContext } from './install.js'
export { runWithContext } from './run-with-context.js'
export { getContext, readContext, tryGetContext } from './scope.js'
export type {
  ContextCapableTransport,
  HttpPolicy,
  InstallOptions,
  RequiredContext,
  RequiredRequest,
} from './types.js'
