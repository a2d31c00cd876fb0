import { ContextError, defineContext, type HeaderBindingInput, validateMetaKey } from 'mcp-request-context'
import { ANY_OBJECT, standardSchema } from '../json-schema.js'
import type { Observation } from '../observation.js'
import type { Binding } from '../vectors.js'

export function observeKey({ key }: { readonly key: string }): Observation[] {
  const schema = standardSchema(ANY_OBJECT)
  return [
    made('validateMetaKey', () => validateMetaKey(key)),
    made('a definition', () => defineContext({ schema, key })),
  ]
}

export function observeBindings({ bindings }: { readonly bindings: Readonly<Record<string, Binding>> }): Observation[] {
  const schema = standardSchema(ANY_OBJECT)
  const headers = bindings as Readonly<Record<string, HeaderBindingInput>>
  return [made('a definition', () => defineContext({ schema, headers }))]
}

function made(by: string, make: () => unknown): Observation {
  try {
    make()
    return { by, outcome: 'accept', output: {} }
  } catch (error) {
    if (!(error instanceof ContextError) || error.code !== 'invalid_definition') throw error
    return { by, outcome: 'reject', output: {} }
  }
}
