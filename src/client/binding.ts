import type { ContextCodec } from '../core/context-codec.js'
import type { AnyDefinition } from '../core/context-definition.js'

/** What all views of one client and one definition share. */
export interface Binding {
  readonly definition: AnyDefinition
  readonly codec: ContextCodec
  readonly requireSupport: boolean
  /** `callTool` where it is the SDK's own. */
  readonly callTool: unknown
}

/**
 * `callTool` of an SDK's client, which changes nothing on the client that it runs on, and needs no more of it than
 * `request`. Of a class of the user's nobody knows that: the SDK's own extends the one that has `request`.
 */
export function ownCallTool(client: object): unknown {
  // A view runs it on itself.
  if ('withContext' in client) return undefined
  for (let at: object | null = client; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, 'callTool')) {
      const above: object | null = Object.getPrototypeOf(at)
      return above !== null && Object.hasOwn(above, 'request') ? (at as { callTool: unknown }).callTool : undefined
    }
  }
  return undefined
}
