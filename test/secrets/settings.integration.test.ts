// What a side advertises of its contexts tells no more of a sensitive field than its type (RC-047).
import { type } from 'arktype'
import { type ContextSchema, contextJsonSchema, defineContext } from 'mcp-request-context'
import { createContextClient, supportedContexts } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connectInMemory, MAJORS, newClient, newServer } from '../support/sdk.js'
import { leaks, TOKEN } from './canary.js'
import { anything } from './planted.js'

type Fields = Record<string, unknown>

const sensitive = ['token']
const bySchema = (schema: unknown) => defineContext({ schema: schema as ContextSchema<Fields>, sensitive })
const byHand = (jsonSchema: Fields) =>
  defineContext({ schema: anything, sensitive, jsonSchema: { type: 'object', ...jsonSchema } })

const SCHEMAS: Readonly<Record<string, () => ReturnType<typeof bySchema>>> = {
  'a default': () => bySchema(z.object({ token: z.string().default(TOKEN) })),
  'a literal': () => bySchema(z.object({ token: z.literal(TOKEN) })),
  'an enumeration': () => bySchema(z.object({ token: z.enum([TOKEN, 'other']) })),
  'a description': () => bySchema(z.object({ token: z.string().describe(TOKEN) })),
  examples: () => bySchema(z.object({ token: z.string().meta({ examples: [TOKEN] }) })),
  'a pattern': () => bySchema(z.object({ token: z.string().regex(new RegExp(TOKEN)) })),
  'members of a record': () => bySchema(z.object({ token: z.object({ [TOKEN]: z.string() }) })),
  alternatives: () => bySchema(z.object({ token: z.union([z.literal(TOKEN), z.number()]) })),
  'a literal of arktype': () => bySchema(type({ token: `"${TOKEN}"` as 'string' })),
  'a default of the whole': () => byHand({ default: { token: TOKEN }, properties: { token: {} } }),
  'examples of the whole': () => byHand({ examples: [{ token: TOKEN }], properties: { token: {} } }),
  'a description of the whole': () => byHand({ description: TOKEN, properties: { token: {} } }),
  'a part of the whole': () => byHand({ allOf: [{ properties: { token: { const: TOKEN } } }], properties: {} }),
  'a condition': () => byHand({ if: { properties: { token: { const: TOKEN } } }, properties: {} }),
  'a definition': () =>
    byHand({ $defs: { token: { const: TOKEN } }, properties: { token: { $ref: '#/$defs/token' } } }),
  'a pattern of names': () => byHand({ patternProperties: { '^token$': { const: TOKEN } }, properties: {} }),
  'no properties at all': () => byHand({ anyOf: [{ properties: { token: { const: TOKEN } } }] }),
  'what is said of fields that are not listed': () =>
    byHand({ properties: { tenant: {} }, additionalProperties: { const: TOKEN } }),
  'a list of types': () => byHand({ properties: { token: { type: ['string', 'null'], const: TOKEN } } }),
}

describe.each(MAJORS)('a server of SDK %i advertises a sensitive field without', (major) => {
  async function advertised(definition: ReturnType<typeof bySchema>) {
    const server = installContext(newServer(major), definition, { required: true })
    const client = createContextClient(newClient(major), definition)
    const { sent } = await connectInMemory(client, server)
    const supported = [...supportedContexts(client)]
    expect(supported).toHaveLength(1)
    return { sent: JSON.stringify([sent.server, sent.client]), supported }
  }

  test.each(Object.entries(SCHEMAS))('%s', async (_claim, make) => {
    const definition = make()
    expect(leaks({ schema: contextJsonSchema(definition) })).toHaveLength(1)
    expect(leaks(await advertised(definition))).toEqual([])
  })
})

test('leaving out what a schema says of a sensitive field leaves one that stands by itself', async () => {
  const node: z.ZodType = z.object({ name: z.string(), next: z.lazy(() => node.optional()) })
  const definition = bySchema(z.object({ node, token: z.string() }))
  const client = createContextClient(newClient(1), definition)
  const errors: unknown[] = []
  client.onerror = (error: unknown) => errors.push(error)
  await connectInMemory(client, installContext(newServer(1), definition))
  expect([...supportedContexts(client).keys()]).toEqual([definition.key])
  onTestFinished(() => expect(errors).toEqual([]))
})
