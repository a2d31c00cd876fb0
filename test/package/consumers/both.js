// The ESM and the CommonJS copy of the package in one process: they are two, and they meet in one scope.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import * as esm from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import * as esmServer from 'mcp-request-context/server'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const cjs = require('mcp-request-context')
const cjsServer = require('mcp-request-context/server')
assert.notEqual(esmServer.getContext, cjsServer.getContext)

const schema = z.object({ tenant: z.string() })
const definition = esm.defineContext({ schema })
const trace = cjs.defineContext({ key: 'com.example/trace', schema: z.object({ span: z.string() }) })

const server = new McpServer({ name: 's', version: '1' })
esmServer.installContext(server, definition, { required: true })
cjsServer.installContext(server, trace)
// Installed by both copies it is installed once, and a second definition of its key is seen.
cjsServer.installContext(server, definition, { required: true })
const other = cjs.defineContext({ schema })
assert.throws(() => cjsServer.installContext(server, other), /already installed here with another definition/)
server.registerTool('read', {}, async (extra) => {
  const reads = [esmServer, cjsServer].flatMap(({ getContext, readContext, tryGetContext }) => [
    getContext(definition).tenant,
    tryGetContext(definition).tenant,
    readContext(definition, extra).tenant,
  ])
  const span = esmServer.getContext(trace).span
  return { content: [{ type: 'text', text: JSON.stringify([...reads, span]) }] }
})

const [near, far] = InMemoryTransport.createLinkedPair()
await server.connect(far)
const client = new Client({ name: 'c', version: '1' })
await client.connect(near)
const view = createContextClient(createContextClient(client, trace, { context: { span: 'acme' } }), definition)
const { content } = await view.withContext({ tenant: 'acme' }).callTool({ name: 'read' })
assert.deepEqual(JSON.parse(content[0].text), Array(7).fill('acme'))

const thrown = (read) => {
  try {
    read()
  } catch (error) {
    return error
  }
}
assert.ok(thrown(() => cjsServer.getContext(definition)) instanceof esm.ContextError)
assert.ok(thrown(() => esmServer.getContext(definition)) instanceof cjs.ContextError)
assert.ok(!(new Error('other') instanceof esm.ContextError))
await client.close()
console.log('ok')
