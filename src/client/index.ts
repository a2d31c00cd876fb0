export {
  type ContextClient,
  type ContextClientOptions,
  createContextClient,
  type RequestSender,
} from './context-client.js'
export type { ContextAnswer, ContextFields, ContextRequest, ContextSource } from './source.js'
export { supportedContexts } from './supported-contexts.js'
