import { ContextError } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { headersToContext } from 'mcp-request-context/http'
import {
  contextTransport,
  inheritContext,
  installContext,
  readContext,
  runWithContext,
} from 'mcp-request-context/server'
import { describe, expect, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { linkedPair, newClient, newServer } from '../support/sdk.js'

const TAKERS: Record<string, (definition: never) => unknown> = {
  createContextClient: (definition) => createContextClient(newClient(2), definition),
  installContext: (definition) => installContext(newServer(2), definition),
  contextTransport: (definition) => contextTransport(linkedPair(2)[0], definition),
  inheritContext: (definition) => inheritContext(definition, ['tenant'] as never),
  readContext: (definition) => readContext(definition, { _meta: { 'com.example/c': {} } }),
  runWithContext: (definition) => runWithContext(definition, {} as never, () => {}),
  headersToContext: (definition) => headersToContext(definition, new Headers({ 'x-retries': 'many' })),
}

/** What looks like a definition and has lost its codec. */
const COPY = { ...testContext, key: 'com.example/c' }

describe.each(Object.keys(TAKERS))('%s', (taker) => {
  test('refuses what defineContext() did not make, and says so', () => {
    const take = () => (TAKERS[taker] as (definition: object) => unknown)(COPY)
    expect(take).toThrow(ContextError)
    expect(take).toThrow('the definition was not made by defineContext()')
  })
})
