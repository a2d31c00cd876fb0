// The FastMCP framework. It makes its server itself, so the context is admitted on the transport of each session.
import { FastMCP, type Logger } from 'fastmcp'
import { contextTransport, getContext } from 'mcp-request-context/server'
import { callContext } from '../context.js'
import { HOST, onStop, PORT, started } from '../serve.js'

const quiet = () => {}
const logger: Logger = { debug: quiet, error: console.error, info: quiet, log: quiet, warn: quiet }

const server = new FastMCP({ name: 'fastmcp', version: '1.0.0', logger })
server.addTool({
  name: 'whoami',
  description: 'Who is calling',
  execute: async () => {
    const { tenant, locale } = getContext(callContext)
    return `${tenant} ${locale}`
  },
})

// Over HTTP with sessions, FastMCP says so before the session's first message. Over stdio it says so later: there, hand
// server.connect() the contextTransport(). Without sessions it never does.
server.on('connect', ({ session }) => {
  const { transport } = session.server
  if (transport !== undefined) contextTransport(transport, callContext, { required: true })
})

await server.start({ transportType: 'httpStream', httpStream: { host: HOST, port: PORT, endpoint: '/mcp' } })
onStop(() => server.stop())
started()
