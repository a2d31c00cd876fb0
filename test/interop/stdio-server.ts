// The server of a stdio cell, as a process of its own: `stdio-server.ts <major> [bare]`.
import { StdioServerTransport as StdioV1 } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StdioServerTransport as StdioV2, serveStdio } from '@modelcontextprotocol/server/stdio'
import { Log } from './log.js'
import { makeServer, newHost } from './server.js'
import { watching } from './wire.js'

const [, , major, bare] = process.argv
const log = new Log()
const host = newHost(major === '1' ? 1 : 2, log, bare === 'bare')

if (host.major === 1) await makeServer(host).connect(new StdioV1())
else serveStdio(() => makeServer(host) as never, { transport: watching(new StdioV2(), log) })
