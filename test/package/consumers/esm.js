import assert from 'node:assert/strict'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { ContextError, contextErrorFrom, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { encodeHeaderValue } from 'mcp-request-context/http'
import { getContext, installContext } from 'mcp-request-context/server'
import { connectPair } from 'mcp-request-context/testing'
import { z } from 'zod'

const definition = defineContext({ schema: z.object({ tenant: z.string() }) })
const server = installContext(new McpServer({ name: 's', version: '1' }), definition, { required: true })
server.registerTool('whoami', {}, async () => ({ content: [{ type: 'text', text: getContext(definition).tenant }] }))
const client = createContextClient(new Client({ name: 'c', version: '1' }), definition)
const pair = await connectPair(server, client)
const { content } = await client.withContext({ tenant: 'acme' }).callTool({ name: 'whoami' })
assert.equal(content[0].text, 'acme')
const refused = await client.callTool({ name: 'whoami' }).catch((error) => error)
assert.equal(contextErrorFrom(refused).code, 'missing')
assert.ok(contextErrorFrom(refused) instanceof ContextError)
assert.equal(encodeHeaderValue('acme'), 'acme')
await pair.close()
console.log('ok')
