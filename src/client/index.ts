export { supportedContexts } from '../core/supported-contexts.js'
export {
  type ContextClient,
  type ContextClientOptions,
  createContextClient,
  type RequestSender,
} from './context-client.js'
export type { ContextAnswer, ContextFields, ContextRequest, ContextSource } from './source.js'
