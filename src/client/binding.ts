import type { ContextCodec } from '../core/context-codec.js'
import type { AnyDefinition } from '../core/context-definition.js'

/** What all views of one client and one definition share. */
export interface Binding {
  readonly definition: AnyDefinition
  readonly codec: ContextCodec
  readonly requireSupport: boolean
}
