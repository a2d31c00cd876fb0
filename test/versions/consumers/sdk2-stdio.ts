import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { setUp } from './tools.js'

serveStdio(() => setUp(new McpServer({ name: 'versions', version: '1.0.0' })))
