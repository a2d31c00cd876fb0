import { isDeepStrictEqual } from 'node:util'
import { contextErrorFrom } from 'mcp-request-context'
import { contextToHeaders } from 'mcp-request-context/http'
import { definitionOf } from '../definition.js'
import { schemaIssues } from '../json-schema.js'
import type { Observation } from '../observation.js'
import { observeReception } from '../receiving.js'
import type { Message, VectorDefinition } from '../vectors.js'
import { observeSettings } from './negotiation.js'

type Input =
  | { readonly kind: 'request' | 'notification'; readonly key: string; readonly value: Message }
  | { readonly kind: 'error' | 'mismatch'; readonly value: Message }
  | { readonly kind: 'settings'; readonly value: { readonly contexts: object } }
  | { readonly kind: 'mirrored'; readonly definition: VectorDefinition; readonly value: Mirrored }

interface Mirrored {
  readonly headers: Readonly<Record<string, string>>
  readonly context: Record<string, unknown>
}

export async function observeExample(input: Input): Promise<Observation[]> {
  switch (input.kind) {
    case 'request':
    case 'notification': {
      const seen = await observeReception({ definition: { key: input.key }, message: input.value })
      const isNotification = input.value.id === undefined
      return isNotification === (input.kind === 'notification') ? seen : []
    }
    case 'error':
    case 'mismatch':
      return [rejection(input.value)]
    case 'settings': {
      const { by, outcome } = observeSettings(input.value)
      return [{ by, outcome, output: { contexts: Object.keys(input.value.contexts) } }]
    }
    case 'mirrored':
      return [mirrored(definitionOf(input.definition), input.value)]
  }
}

function rejection({ error }: Message): Observation {
  const read = contextErrorFrom(error)
  const described = schemaIssues('error-data', error?.data).length === 0
  const coded = error?.code === (read?.code === 'mismatch' ? -32020 : -32602)
  return {
    by: 'contextErrorFrom',
    outcome: read !== undefined && described && coded ? 'accept' : 'reject',
    output: { reason: read?.code, key: read?.data?.key, paths: read?.issues.map(({ path }) => path) },
  }
}

function mirrored(definition: ReturnType<typeof definitionOf>, { headers, context }: Mirrored): Observation {
  const made = contextToHeaders(definition, context)
  const same = isDeepStrictEqual([...made], [...new Headers(headers)])
  return { by: 'contextToHeaders', outcome: same ? 'accept' : 'reject', output: {} }
}
