import { ContextError, EXTENSION_ID } from 'mcp-request-context'
import { supportedContexts } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import { definitionOf } from '../definition.js'
import type { Observation } from '../observation.js'
import { observeSending, type SourcedContext } from '../sending.js'
import type { Message, VectorDefinition } from '../vectors.js'

type Input =
  | { readonly settings: unknown }
  | { readonly advertise: { readonly definition: VectorDefinition; readonly required: boolean | readonly string[] } }
  | { readonly requireSupport: SourcedContext & { readonly settings: object | null; readonly message: Message } }

export async function observeNegotiation(input: Input): Promise<Observation[]> {
  if ('settings' in input) return [observeSettings(input.settings)]
  if ('advertise' in input) return [observeAdvertising(input.advertise)]
  const { settings, message, ...context } = input.requireSupport
  return [await observeSending({ message, contexts: [context], requireSupport: { settings } })]
}

/** What a client makes of the settings of its server: the contexts in them, or none, and that reported. */
export function observeSettings(settings: unknown): Observation {
  let reported = 0
  const contexts = supportedContexts({
    getServerCapabilities: () => (settings === null ? {} : { extensions: { [EXTENSION_ID]: settings } }),
    onerror: () => {
      reported++
    },
  })
  // Where every context was ignored, nothing was taken.
  const taken = settings !== null && (reported === 0 || contexts.size > 0)
  return {
    by: 'supportedContexts',
    outcome: taken ? 'accept' : 'reject',
    output: { contexts: Object.fromEntries(contexts) },
  }
}

function observeAdvertising(input: Extract<Input, { advertise: unknown }>['advertise']): Observation {
  let capabilities: { extensions?: Record<string, unknown> } = {}
  const server = {
    connect: async () => {},
    registerCapabilities: (given: object) => {
      capabilities = given
    },
  }
  try {
    installContext(server, definitionOf(input.definition), { required: input.required })
  } catch (error) {
    if (!(error instanceof ContextError && error.code === 'invalid_definition')) throw error
    return { by: 'a server', outcome: 'reject', output: {} }
  }
  const settings = capabilities.extensions?.[EXTENSION_ID]
  return {
    by: 'a server',
    outcome: settings === undefined ? 'reject' : 'accept',
    output: { settings },
    text: JSON.stringify(capabilities),
  }
}
