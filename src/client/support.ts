import { ContextError } from '../core/error.js'
import type { Binding } from './binding.js'

/**
 * Asks that the connected peer advertises a context.
 *
 * @throws ContextError `unsupported` where it does not. An object that is not connected is left to the SDK's own error.
 */
export function assertSupported(client: object, { codec, definition }: Binding): void {
  const { transport } = client as { transport?: unknown }
  if (transport === undefined || codec.supported(client).has(definition.key)) return
  throw new ContextError(
    'unsupported',
    `the server does not advertise the context ${definition.key}: install it there, or leave out requireSupport`,
  )
}
