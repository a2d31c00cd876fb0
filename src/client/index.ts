export { supportedContexts } from '../capabilities/supported-contexts.js'
export {
  type ContextCapableClient,
  type ContextClient,
  type ContextClientOptions,
  createContextClient,
} from './context-client.js'
export type { ContextFields, ContextRequest, ContextSource, ContextSourceResult } from './sources.js'
