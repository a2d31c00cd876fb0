import context = require('mcp-request-context')
import client = require('mcp-request-context/client')
import server = require('mcp-request-context/server')
import testing = require('mcp-request-context/testing')
import zod = require('zod')

const definition = context.defineContext({ schema: zod.z.object({ tenant: zod.z.string() }) })
const tenant: () => string = () => server.getContext(definition).tenant
const source: client.ContextSource<typeof definition> = { tenant: 'acme' }
const messages = ({ sent }: testing.ConnectedPair): readonly testing.SentMessage[] => sent.client

export = { tenant, source, messages, connectPair: testing.connectPair }
