// Every verb of the protocol that can carry a context.
import { CallToolResultSchema, CreateTaskResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect } from 'vitest'
import { answerOf, callWith, type TestClient } from '../support/sdk.js'
import { bind, type Given } from './given.js'
import { CHANGES, sentBack } from './sent-back.js'
import { type Sender, sent, type Verb, verb } from './verb.js'

const LISTS = 'lists'
const NOTIFIED: Partial<Verb> = { claims: ['arrives', 'optional', 'unanswered'], argument: false }
const REQUIRED: Partial<Verb> = { claims: ['arrives', 'missing', 'invalid', 'too large'] }
/** A task that has ended, and one that does not end. */
const ENDED: Partial<Verb> = { prepare: newTask(false), argument: false }
const HELD: Partial<Verb> = { prepare: newTask(true), argument: false }

const COMPLETION = { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: '' } }

export const VERBS: readonly Verb[] = [
  sent('tools/call', 'tools/call', call),
  sent('resources/read', 'resources/read', (client) => client.readResource({ uri: 'test:r' })),
  sent('prompts/get', 'prompts/get', (client) => client.getPrompt({ name: 'p' })),
  sent('completion/complete', 'completion/complete', (client) => client.complete(COMPLETION)),
  sent('tools/list', LISTS, (client) => client.listTools()),
  sent('prompts/list', LISTS, (client) => client.listPrompts()),
  sent('resources/list', LISTS, (client) => client.listResources()),
  sent('resources/templates/list', LISTS, (client) => client.listResourceTemplates()),
  sent('resources/subscribe', 'subscribe', (client) => client.subscribeResource({ uri: 'test:r' })),
  sent('resources/unsubscribe', 'subscribe', (client) => client.unsubscribeResource({ uri: 'test:r' })),
  sent('logging/setLevel', 'logging', (client) => client.setLoggingLevel('info')),
  sent('ping', 'ping', (client) => client.ping()),
  sentBack('ping', 'ping', 'call'),
  sentBack('ping', 'ping', 'view'),
  sent('notifications/roots/list_changed', 'notifications', (client) => client.sendRootsListChanged(), NOTIFIED),
  sent(
    'com.example/changed',
    'notifications',
    (client) => client.notification({ method: 'com.example/changed' }),
    NOTIFIED,
  ),
  sentBack('notifications/message', 'server notifications', 'call', NOTIFIED),
  sentBack('notifications/message', 'server notifications', 'view', NOTIFIED),
  ...Object.keys(CHANGES).map((method) =>
    sentBack(method, 'server notifications', 'view', { ...NOTIFIED, repeated: true }),
  ),
  verb('progress', 'progress', callWithProgress, REQUIRED),
  sentBack('sampling/createMessage', 'sampling', 'call', REQUIRED),
  sentBack('sampling/createMessage', 'sampling', 'view', REQUIRED),
  sentBack('elicitation/create', 'elicitation', 'call', REQUIRED),
  sentBack('elicitation/create', 'elicitation', 'view', REQUIRED),
  sentBack('roots/list', 'roots', 'call'),
  sentBack('roots/list', 'roots', 'view'),
  sent('tools/call as a task', 'tasks', callAsTask, {
    ...REQUIRED,
    labels: ['tools/call as a task', 'work of a task'],
  }),
  sent('tasks/get', 'tasks', (client, id) => client.experimental.tasks.getTask(id), HELD),
  sent(
    'tasks/result',
    'tasks',
    (client, id) => client.experimental.tasks.getTaskResult(id, CallToolResultSchema),
    ENDED,
  ),
  sent('tasks/list', 'tasks', (client) => client.experimental.tasks.listTasks(), { argument: false }),
  sent('tasks/cancel', 'tasks', (client, id) => client.experimental.tasks.cancelTask(id), HELD),
  verb('input_required', 'input_required', ask, {
    labels: ['first round', 'second round'],
    claims: ['arrives', 'is renewed'],
  }),
  verb('an input request', 'input_required', ask, {
    seenBy: 'client',
    labels: ['elicitation/create'],
    claims: ['arrives', 'is readable'],
  }),
  sent('subscriptions/listen', 'listen', listen, { claims: ['is carried', 'invalid', 'too large'] }),
  sent('server/discover', 'discover', (client) => client.discover(), {
    claims: ['is carried', 'invalid', 'too large'],
  }),
]

/** A call whose caller has a `_meta` of its own. */
async function call(client: TestClient): Promise<void> {
  const result = await client.callTool({ name: 'read', _meta: { 'com.example/own': 'there' } })
  expect(answerOf(result), "the caller's own _meta").toBe('there')
}

async function callWithProgress({ cell, client }: Sender, given: Given): Promise<void> {
  const steps: number[] = []
  const onprogress = ({ progress }: { progress: number }) => steps.push(progress)
  await callWith(cell.client, bind(client, given), { name: 'progress' }, { onprogress })
  if (steps.join() !== '1,2') throw new Error(`the progress was ${steps.join() || 'none'}`)
}

async function callAsTask(client: TestClient): Promise<void> {
  const stream = client.experimental.tasks.callToolStream({ name: 'job', arguments: {} }, CallToolResultSchema, {
    task: {},
  })
  for await (const message of stream) if (message.type === 'error') throw message.error
}

function newTask(hold: boolean): NonNullable<Verb['prepare']> {
  return async ({ client, bare }) => {
    const sender = bind(client, bare ? 'nothing' : { tenant: 'beginner' })
    const request = { method: 'tools/call', params: { name: 'job', arguments: { hold } } }
    const created = await sender.request(request, CreateTaskResultSchema, { task: {} })
    return (created as { task: { taskId: string } }).task.taskId
  }
}

async function ask({ cell, client, timeout }: Sender, given: Given): Promise<void> {
  // What the server answers at once is not to run into the timeout.
  const options = { timeout: 5 * timeout }
  const { isError, content } = await callWith(cell.client, bind(client, given), { name: 'ask' }, options)
  if (isError) throw new Error(content[0]?.text)
  if (content.length === 0) throw new Error('the question is taken for the answer')
}

async function listen(client: TestClient): Promise<void> {
  const subscription = await client.listen({ toolsListChanged: true })
  await subscription.close()
}
