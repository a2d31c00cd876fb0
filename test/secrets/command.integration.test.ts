// The command line tells where a payload is wrong and never what it says there; nor the headers that it sends.
import { describe, expect, test } from 'vitest'
import { folder } from '../cli/support/folder.js'
import { ONE_SENTENCE, run } from '../cli/support/program.js'
import { verdictOn } from '../hostile/properties/command.js'
import { listen } from '../support/http.js'
import { CANARIES, leaks, TOKEN } from './canary.js'

const KEY = 'io.github.mcp-request-context/context'

/** Payloads that are wrong, and their secrets are values and not names: those are told, as they say where it is wrong. */
const WRONG: Readonly<Record<string, string>> = {
  'a context that is text': JSON.stringify(TOKEN),
  'a context that is a list': JSON.stringify([TOKEN, CANARIES['a list']]),
  'too many bytes': JSON.stringify({ token: TOKEN.repeat(1000) }),
  'too many levels': `{"a":${'['.repeat(12)}"${TOKEN}"${']'.repeat(12)}}`,
  'a second member of a name': `{"token":"${TOKEN}","token":739146217}`,
  'another wrong name': JSON.stringify({ token: TOKEN, 'a b': TOKEN }),
  'what is no JSON': `{"token":"${TOKEN}",}`,
  'what is no JSON at its end': `{"token":"${TOKEN}"} ${TOKEN}`,
  'text without quotes': TOKEN,
  'a line break in a text': `{"token":"${TOKEN}\n"}`,
  'an unknown escape': `{"token":"\\x${TOKEN}"}`,
  'a line that is no JSON': `{"token":"a"}\n${TOKEN}\n{"token":"${TOKEN}"}`,
  'an unfinished text': `{"token":"${TOKEN}`,
  'a value where metadata should be': JSON.stringify({ [KEY]: TOKEN }),
}

describe.each(['context', 'request-meta', 'capability-settings'])(
  'validating by the schema %s keeps the value in',
  (schema) => {
    test.each(Object.entries(WRONG))('%s', async (_claim, payload) => {
      const { code, output } = await verdictOn(payload, schema)
      expect(code).not.toBe(0)
      expect(leaks({ output })).toEqual([])
    })
  },
)

const files = folder()

test('validating by a schema of one’s own keeps the value, whichever keyword refuses it', async () => {
  const keywords = [
    { const: 1 },
    { enum: [1] },
    { pattern: '^x' },
    { format: 'email' },
    { type: 'number' },
    { maxLength: 1 },
  ]
  const more = [
    { maximum: 1 },
    { multipleOf: 2.5 },
    { not: {} },
    { contains: false },
    { uniqueItems: true },
    { maxProperties: 0 },
  ]
  const schema = files.write('schema.json', { properties: { token: { allOf: [...keywords, ...more] } } })
  for (const token of [...Object.values(CANARIES).filter((value) => typeof value !== 'object'), [TOKEN, TOKEN]]) {
    const { code, output } = await verdictOn(JSON.stringify({ token }), schema)
    expect(code).toBe(1)
    expect(leaks({ output })).toEqual([])
  }
})

describe('a process keeps', () => {
  const answering = (answer: (authorization: string, id: unknown) => [status: number, body: string]) =>
    listen(async (request, response) => {
      let asked = ''
      for await (const chunk of request) asked += chunk
      const [status, body] = answer(String(request.headers.authorization), JSON.parse(asked || '{}').id)
      response.writeHead(status, { 'content-type': 'application/json', location: `/${TOKEN}` })
      response.end(body)
    })
  const rpcError = (id: unknown, message: string) =>
    JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32600, message } })
  const header = ['--header', `Authorization: Bearer ${TOKEN}`]

  async function told(args: string[], input = ''): Promise<void> {
    const { code, stdout, stderr } = await run(args, input)
    expect(code).toBe(2)
    expect(stderr).toMatch(ONE_SENTENCE)
    expect(leaks({ stdout, stderr })).toEqual([])
  }

  test('a header that is none', () => told(['types', 'http://127.0.0.1:9/', '--header', `${TOKEN} ${TOKEN}`]))
  test('a header of an unknown character', () => told(['types', 'http://127.0.0.1:9/', '-H', `a: ${TOKEN}\u{1f3d4}`]))
  test('the query of a URL', () => told(['types', `http://127.0.0.1:9/?token=${TOKEN}`]))

  test('what a server repeats in an error of JSON-RPC', async () =>
    told(['types', String(await answering((sent, id) => [200, rpcError(id, `you sent ${sent}`)])), ...header]))
})
