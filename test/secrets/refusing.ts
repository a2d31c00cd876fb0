// A process that refuses contexts on both sides of both SDK majors, and says nothing of its own.
import { createContextClient } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import { connectPair } from 'mcp-request-context/testing'
import { MAJORS, newClient, newServer, reply } from '../support/sdk.js'
import { TOKEN } from './canary.js'
import { REFUSED, REFUSED_FOR_HEADERS } from './planted.js'

let refused = 0
const count = () => {
  refused++
}

for (const major of MAJORS) {
  for (const { definition, raw, headers, options } of Object.values({ ...REFUSED, ...REFUSED_FOR_HEADERS })) {
    const server = installContext(newServer(major), definition, options)
    server.registerTool('read', {}, () => reply('served'))
    const client = newClient(major)
    const pair = await connectPair(server, client, { headers: () => headers?.(TOKEN) })
    const params = { name: 'read', _meta: { [definition.key]: raw(TOKEN) } }
    await client.callTool(params).catch(count)
    await client.notification({ method: 'com.example/changed', params })
    const view = createContextClient(client, definition).withContext(raw(TOKEN))
    if (headers === undefined) await view.callTool({ name: 'read' }).catch(count)
    await pair.close()
  }
}

const expected = 2 * (2 * Object.keys(REFUSED).length + Object.keys(REFUSED_FOR_HEADERS).length)
process.exitCode = refused === expected ? 0 : 1
