// What the suite's server scenarios ask of a server: tools, resources and prompts by the names that they know.
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Kit } from './server-kit.js'

const IMAGE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const AUDIO = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

export const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
}

const text = (text: string) => ({ type: 'text', text })
const image = { type: 'image', data: IMAGE, mimeType: 'image/png' }
const embedded = (uri: string, mimeType: string, text: string) => ({
  type: 'resource',
  resource: { uri, mimeType, text },
})
const content = (...content: object[]) => ({ content })
const said = (...contents: object[]) => ({ messages: contents.map((content) => ({ role: 'user', content })) })

/** Registers all of it with a server. */
export function registerEverything(kit: Kit): void {
  registerTools(kit)
  registerElicitation(kit)
  registerResources(kit)
  registerPrompts(kit)
}

function registerTools({ tool }: Kit): void {
  const nothing = z.object({})
  tool('test_simple_text', nothing, () => content(text('This is a simple text response for testing.')))
  tool('test_image_content', nothing, () => content(image))
  tool('test_audio_content', nothing, () => content({ type: 'audio', data: AUDIO, mimeType: 'audio/wav' }))
  tool('test_embedded_resource', nothing, () =>
    content(embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')),
  )
  tool('test_multiple_content_types', nothing, () =>
    content(
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ),
  )
  tool('test_error_handling', nothing, () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  tool('test_tool_with_logging', nothing, async (_, call) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await call.notify('notifications/message', { level: 'info', data })
      await sleep(50)
    }
    return content(text('Tool with logging executed successfully'))
  })
  tool('test_tool_with_progress', nothing, async (_, { progressToken, notify }) => {
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      await notify('notifications/progress', { progressToken, progress, total: 100, message: `${progress} of 100` })
      await sleep(50)
    }
    return content(text(String(progressToken)))
  })
  tool('test_reconnection', nothing, async (_, call) => {
    call.closeStream()
    await sleep(100)
    return content(text('Reconnection test completed successfully.'))
  })
  const address = z.object({ street: z.string().optional(), city: z.string().optional() }).meta({ id: 'address' })
  const person = z.strictObject({ name: z.string().optional(), address: address.optional() })
  tool('json_schema_2020_12_tool', person, (given) => content(text(JSON.stringify(given))))
}

function registerElicitation({ tool }: Kit): void {
  tool('test_sampling', z.object({ prompt: z.string() }), async ({ prompt }, call) => {
    const messages = [{ role: 'user', content: text(prompt) }]
    const answer = (await call.ask('sampling/createMessage', { messages, maxTokens: 100 })) as {
      content: { text: string }
    }
    return content(text(`LLM response: ${answer.content.text}`))
  })
  const elicit = (name: string, message: string, properties: object, required: string[] = []) =>
    tool(name, z.object({ message: z.string().default(message) }), async ({ message }, call) => {
      const requestedSchema = { type: 'object', properties, required }
      const answer = (await call.ask('elicitation/create', { message, requestedSchema })) as {
        action: string
        content?: object
      }
      return content(
        text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`),
      )
    })
  elicit('test_elicitation', 'Your response?', { response: { type: 'string' } }, ['response'])
  elicit('test_elicitation_sep1034_defaults', 'Please review the defaults', {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  })
  const titled = (value: string, title: string) => ({ const: value, title })
  const many = { type: 'array', minItems: 1, maxItems: 3 }
  elicit('test_elicitation_sep1330_enums', 'Please select options', {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: {
      type: 'string',
      oneOf: [titled('value1', 'One'), titled('value2', 'Two'), titled('value3', 'Three')],
    },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
    untitledMulti: { ...many, items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: {
      ...many,
      items: { anyOf: [titled('value1', 'One'), titled('value2', 'Two'), titled('value3', 'Three')] },
    },
  })
}

function registerResources({ resource, template, handle }: Kit): void {
  resource('static-text', 'test://static-text', 'text/plain', {
    text: 'This is the content of the static text resource.',
  })
  resource('static-binary', 'test://static-binary', 'image/png', { blob: IMAGE })
  resource('watched-resource', 'test://watched-resource', 'text/plain', { text: 'Watched resource content' })
  template('template', 'test://template/{id}/data', ({ id }) =>
    JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  )
  handle('resources/subscribe', () => ({}))
  handle('resources/unsubscribe', () => ({}))
  handle('completion/complete', () => ({ completion: { values: [], total: 0, hasMore: false } }))
}

function registerPrompts({ prompt }: Kit): void {
  prompt('test_simple_prompt', {}, () => said(text('This is a simple prompt for testing.')))
  prompt('test_prompt_with_arguments', { arg1: z.string(), arg2: z.string() }, ({ arg1, arg2 }) =>
    said(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  )
  prompt('test_prompt_with_embedded_resource', { resourceUri: z.string() }, ({ resourceUri }) =>
    said(
      embedded(resourceUri ?? '', 'text/plain', 'Embedded resource content for testing.'),
      text('Please process the embedded resource above.'),
    ),
  )
  prompt('test_prompt_with_image', {}, () => said(image, text('Please analyze the image above.')))
}
