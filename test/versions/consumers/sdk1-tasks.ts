// The claims about tasks, which SDK 1 has from 1.24.0 on.
import assert from 'node:assert/strict'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { type CallToolResult, CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, installContext } from 'mcp-request-context/server'
import { requestContext } from './context.js'
import { claim, end } from './report.js'

const INFO = { name: 'versions', version: '1.0.0' }

await claim('a task has the context of the call that began it, and each later request has its own', async () => {
  const taskStore = new InMemoryTaskStore()
  const capabilities = { tasks: { requests: { tools: { call: {} } } } }
  const server = new McpServer(INFO, { capabilities, taskStore })
  // What a task's later requests lack would be refused.
  installContext(server, requestContext, { required: ['tools/call', 'tasks/get', 'tasks/result'] })
  const work: Promise<void>[] = []
  server.experimental.tasks.registerToolTask(
    'report',
    { execution: { taskSupport: 'required' } },
    {
      createTask: async (extra) => {
        const task = await extra.taskStore.createTask({ ttl: 60_000, pollInterval: 10 })
        work.push(finish(task.taskId, extra.taskStore))
        return { task }
      },
      getTask: async (extra) => extra.taskStore.getTask(extra.taskId),
      getTaskResult: async (extra) => (await extra.taskStore.getTaskResult(extra.taskId)) as CallToolResult,
    },
  )
  const [near, far] = InMemoryTransport.createLinkedPair()
  await server.connect(far)
  const client = new Client(INFO, { capabilities: { tasks: {} } })
  await client.connect(near)

  const root = createContextClient(client, requestContext)
  await client.listTools()
  const reportOf = async (tenant: string) => {
    const view = root.withContext({ tenant })
    const stream = view.experimental.tasks.callToolStream({ name: 'report' }, CallToolResultSchema)
    let result: CallToolResult | undefined
    for await (const message of stream) {
      if (message.type === 'error') throw message.error
      if (message.type === 'result') result = message.result as CallToolResult
    }
    return result?.content.map((part) => (part.type === 'text' ? part.text : part.type))
  }
  const reports = await Promise.all(['acme', 'globex'].map(reportOf))
  assert.deepEqual(reports, [['acme'], ['globex']])
  await Promise.all(work)
  taskStore.cleanup()
  await client.close()
})

end()

interface Results {
  storeTaskResult(taskId: string, status: 'completed', result: CallToolResult): Promise<void>
}

/** The work behind a task: it goes on after the call that began it was answered. */
async function finish(taskId: string, results: Results): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30))
  const text = getContext(requestContext).tenant
  await results.storeTaskResult(taskId, 'completed', { content: [{ type: 'text', text }] })
}
