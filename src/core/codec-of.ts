import type { ContextCodec } from './context-codec.js'
import type { AnyDefinition } from './context-definition.js'
import { ContextError } from './error.js'

/** Where a definition has its codec, whichever copy of this package made it. */
export const CODEC = Symbol.for('mcp-request-context/codec@1')

/**
 * The codec of a definition.
 *
 * @throws ContextError `invalid_definition` for what is no definition
 */
export function codecOf(definition: AnyDefinition): ContextCodec {
  const codec = (definition as { [CODEC]?: ContextCodec } | undefined)?.[CODEC]
  if (codec !== undefined) return codec
  throw new ContextError('invalid_definition', 'the definition is not one that defineContext() made')
}
