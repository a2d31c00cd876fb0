// Calls the running example: two users at once on one connection, then a call without a context.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { contextErrorFrom } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { callContext } from './context.js'
import { HOST, PORT } from './serve.js'

const client = createContextClient(new Client({ name: 'call', version: '1.0.0' }), callContext)
await client.connect(new StreamableHTTPClientTransport(new URL(`http://${HOST}:${PORT}/mcp`)))

const users = [
  { tenant: 'acme', locale: 'fr', token: 'TOKEN_1' },
  { tenant: 'globex', token: 'TOKEN_2' },
]
const calls = users.map((user) => client.withContext(user).callTool({ name: 'whoami' }))
for (const { content } of await Promise.all(calls)) console.log(content)

await client.callTool({ name: 'whoami' }).catch((error) => {
  console.log('rejected:', contextErrorFrom(error)?.code)
})
await client.close()
