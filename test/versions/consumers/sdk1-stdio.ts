import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { setUp } from './tools.js'

await setUp(new McpServer({ name: 'versions', version: '1.0.0' })).connect(new StdioServerTransport())
