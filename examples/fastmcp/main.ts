// The FastMCP framework. It creates its own server, so contextTransport validates the context on each transport.
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

// FastMCP emits this event before the first message only over HTTP with sessions. Over stdio it comes too late: pass the
// contextTransport() to server.connect() there. Without sessions there is no event.
server.on('connect', ({ session }) => {
  const { transport } = session.server
  if (transport !== undefined) contextTransport(transport, callContext, { required: true })
})

await server.start({ transportType: 'httpStream', httpStream: { host: HOST, port: PORT, endpoint: '/mcp' } })
onStop(() => server.stop())
started()
