// Tasks, which SDK 1 alone has: what it answers to their methods comes from a store, and what they do from a tool.
import { setTimeout as sleep } from 'node:timers/promises'
import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js'
import { z } from 'zod'
import type { Extra, TestServer } from '../support/sdk.js'
import type { Log } from './log.js'
import { text } from './text.js'

type Store = InMemoryTaskStore

/** Keeps what is seen of the context where a store is asked. */
export class SeeingTaskStore extends InMemoryTaskStore {
  readonly #log: Log

  constructor(log: Log) {
    super()
    this.#log = log
  }

  override async getTask(...args: Parameters<Store['getTask']>) {
    await this.#log.see('tasks/get')
    return super.getTask(...args)
  }

  override async getTaskResult(...args: Parameters<Store['getTaskResult']>) {
    await this.#log.see('tasks/result')
    return super.getTaskResult(...args)
  }

  override async listTasks(...args: Parameters<Store['listTasks']>) {
    await this.#log.see('tasks/list')
    return super.listTasks(...args)
  }

  override async updateTaskStatus(...args: Parameters<Store['updateTaskStatus']>) {
    if (args[1] === 'cancelled') await this.#log.see('tasks/cancel')
    return super.updateTaskStatus(...args)
  }
}

/** Adds the tool `job`, which is called as a task; with `hold`, one that does not end. */
export function addJob(server: TestServer, log: Log): void {
  server.experimental.tasks.registerToolTask(
    'job',
    { inputSchema: z.object({ hold: z.boolean().optional() }) },
    {
      async createTask({ hold }: { hold?: boolean }, extra: Extra) {
        await log.see('tools/call as a task', extra)
        const task = await extra.taskStore.createTask({ pollInterval: 5 })
        if (!hold) void work(log, task.taskId, extra)
        return { task }
      },
      getTask: (_: object, extra: Extra) => extra.taskStore.getTask(extra.taskId),
      getTaskResult: (_: object, extra: Extra) => extra.taskStore.getTaskResult(extra.taskId),
    },
  )
}

/** Goes on after the call that began it was answered. */
async function work(log: Log, taskId: string, extra: Extra): Promise<void> {
  await sleep(1)
  await log.see('work of a task', extra)
  // The result is stored, then the client is told: the server that stateless HTTP made for the call is gone by now.
  await extra.taskStore.storeTaskResult(taskId, 'completed', text('done')).catch(() => {})
}
