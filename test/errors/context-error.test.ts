import { ProtocolError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client'
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpError } from '@modelcontextprotocol/sdk/types.js'
import { ContextError, type ContextErrorData, contextErrorFrom } from 'mcp-request-context'
import { describe, expect, it, vi } from 'vitest'

const EXTENSION = 'io.github.mcp-request-context/context'
const data: ContextErrorData = {
  extension: EXTENSION,
  key: 'com.example/context',
  reason: 'invalid',
  issues: [
    { path: ['user', 'roles', 1], message: 'must be a string' },
    { path: [], message: 'is inconsistent' },
  ],
}

describe('a ContextError', () => {
  it.each([
    'invalid_definition',
    'missing',
    'invalid',
    'too_large',
    'conflict',
    'already_connected',
    'outside_request',
    'not_installed',
  ] as const)('of the code %s is an Error with a name, a message and a stack', (code) => {
    const error = new ContextError(code, 'what to do')
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(ContextError)
    expect(error).toMatchObject({ name: 'ContextError', code, message: 'what to do', issues: [], data: undefined })
    expect(error.stack).toContain('ContextError: what to do')
    expect('cause' in error).toBe(false)
  })

  it('has the issues of its data, and the cause that it is given', () => {
    const cause = new Error('x')
    expect(new ContextError('invalid', 'no', { data, cause })).toMatchObject({ data, issues: data.issues, cause })
  })
})

describe('instanceof ContextError', () => {
  it('holds across two copies of this package, in both directions', async () => {
    vi.resetModules()
    const other = await import('../../src/errors/context-error.js')
    expect(other.ContextError).not.toBe(ContextError)
    const theirs = new other.ContextError('missing', 'theirs')
    const ours = new ContextError('missing', 'ours')
    expect(theirs instanceof ContextError).toBe(true)
    expect(ours instanceof other.ContextError).toBe(true)
    expect(contextErrorFrom(theirs)).toBe(theirs)
  })

  it.each<[string, unknown]>([
    ['another error', new Error('missing')],
    ['an object of its shape', { name: 'ContextError', code: 'missing', message: 'no', issues: [], data }],
    ['a copy without the prototype', { ...new ContextError('missing', 'no') }],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'ContextError'],
    ['the class itself', ContextError],
  ])('does not hold for %s', (_claim, value) => {
    expect(value instanceof ContextError).toBe(false)
  })
})

describe('contextErrorFrom', () => {
  it.each<[string, (data: unknown) => unknown]>([
    ['an McpError of SDK 1.x', (data) => new McpError(-32602, 'Invalid', data)],
    ['a ProtocolError of SDK 2.x', (data) => new ProtocolError(-32602, 'Invalid', data)],
    ['any error with such data', (data) => Object.assign(new Error('Invalid'), { data })],
    ['the error of a JSON-RPC message', (data) => ({ code: -32602, message: 'Invalid', data })],
  ])('reads the rejection out of %s', (_claim, errorOf) => {
    for (const reason of ['missing', 'invalid', 'too_large', 'mismatch'] as const) {
      const cause = errorOf({ ...data, reason })
      const error = contextErrorFrom(cause)
      expect(error).toBeInstanceOf(ContextError)
      expect(error).toMatchObject({ code: reason, data: { ...data, reason }, issues: data.issues, cause })
      expect(error?.message).toContain('user.roles.1: must be a string')
      expect(error?.message).toContain('1 more')
    }
  })

  it('says why where no issue does', () => {
    expect(contextErrorFrom({ data: { ...data, reason: 'missing', issues: [] } })?.message).toMatch(/missing$/)
  })

  it('gives back a ContextError as it is', () => {
    const error = new ContextError('conflict', 'no')
    expect(contextErrorFrom(error)).toBe(error)
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'Invalid'],
    ['a number', -32602],
    ['a plain error', new Error('Invalid')],
    ['an SDK error without data', new McpError(-32602, 'Invalid')],
    ['an SDK error about something else', new ProtocolError(-32602, 'Invalid', { uri: 'file:///x' })],
    ['data of null', { data: null }],
    ['data that is a string', { data: EXTENSION }],
    ['data that is an array', { data: [EXTENSION] }],
    ['another extension', { data: { ...data, extension: 'com.example/other' } }],
    ['no extension', { data: { ...data, extension: undefined } }],
    ['an extension that is an array', { data: { ...data, extension: [EXTENSION] } }],
    ['an extension that the data inherits', { data: Object.create(data) }],
    ['a key that is no string', { data: { ...data, key: 7 } }],
    ['no key', { data: { ...data, key: undefined } }],
    ['no reason', { data: { ...data, reason: undefined } }],
    ['a reason that is an array', { data: { ...data, reason: ['invalid'] } }],
  ])('is undefined for %s', (_claim, error) => {
    expect(contextErrorFrom(error)).toBeUndefined()
  })

  it.each(['conflict', 'denied', 'toString', ''])(
    'reads the reason %j, which this version does not know, as invalid',
    (reason) => {
      const error = contextErrorFrom({ data: { ...data, reason } })
      expect(error).toMatchObject({ code: 'invalid', data: { ...data, reason: 'invalid' } })
    },
  )

  describe('reads the JSON-RPC error out of the HTTP error of an SDK', () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32020, message: 'no', data } })
    const http = (text: string) =>
      new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `Error POSTing to endpoint: ${text}`, {
        status: 400,
        text,
      } as never)

    it.each<[string, (text: string) => Error]>([
      ['1.x, Streamable HTTP', (text) => new StreamableHTTPError(400, `Error POSTing to endpoint: ${text}`)],
      ['1.15, Streamable HTTP', (text) => new Error(`Error POSTing to endpoint (HTTP 400): ${text}`)],
      ['1.x and 2.x, HTTP+SSE', (text) => new Error(`Error POSTing to endpoint (HTTP 400): ${text}`)],
      ['2.x, Streamable HTTP', http],
    ])('%s', (_sdk, errorOf) => {
      for (const text of [body, `${body}\n`, JSON.stringify(JSON.parse(body), null, 2)]) {
        const cause = errorOf(text)
        expect(contextErrorFrom(cause)).toMatchObject({ code: 'invalid', data, cause })
      }
    })

    it.each<[string, string]>([
      ['a page', '<html>{"error":1}</html>'],
      ['nothing', ''],
      ['JSON that is cut off', body.slice(0, -1)],
      ['a result', JSON.stringify({ jsonrpc: '2.0', id: 1, result: { data } })],
      ['the data alone', JSON.stringify({ data })],
      ['an error of another kind', JSON.stringify({ error: { code: -32602, message: 'no' } })],
      ['null', 'null'],
    ])('is undefined where the text is %s', (_what, text) => {
      expect(contextErrorFrom(http(text))).toBeUndefined()
      expect(contextErrorFrom(new StreamableHTTPError(400, `Error POSTing to endpoint: ${text}`))).toBeUndefined()
    })

    it('is undefined where the same text is the message of any other error', () => {
      for (const message of [body, `Error: ${body}`, `tool said: Error POSTing to endpoint: ${body}`]) {
        expect(contextErrorFrom(new Error(message))).toBeUndefined()
      }
    })
  })

  it('reads it out of the cause of an error, a few levels down', () => {
    const wrap = (cause: unknown, levels: number): unknown =>
      levels === 0 ? cause : wrap(new Error('tool failed', { cause }), levels - 1)
    const cause = new McpError(-32602, 'Invalid', data)
    expect(contextErrorFrom(wrap(cause, 1))).toMatchObject({ code: 'invalid', data, cause })
    expect(contextErrorFrom(wrap(cause, 7))).toMatchObject({ code: 'invalid', data, cause })
    expect(contextErrorFrom(wrap(cause, 8))).toBeUndefined()
    const ours = new ContextError('redirected', 'no')
    expect(contextErrorFrom(wrap(ours, 2))).toBe(ours)
    const circle = new Error('round')
    circle.cause = circle
    expect(contextErrorFrom(circle)).toBeUndefined()
  })

  it('reads none out of text, which any tool can write', () => {
    const text = 'Missing request context com.example/context: a client adds it with withContext()'
    const toolException = Object.assign(new Error(`MCP error -32602: ${text}`), { name: 'ToolException' })
    expect(contextErrorFrom(toolException)).toBeUndefined()
    expect(contextErrorFrom({ isError: true, content: [{ type: 'text', text }] })).toBeUndefined()
  })

  it('shows no character of a peer that forges a log or drives a terminal', () => {
    const issues = [{ path: ['a\u001b[2J', 0], message: 'x\n\u202ey' }]
    const error = contextErrorFrom({ data: { ...data, key: 'k\u001b', issues } })
    const shown = [{ path: ['a\\u{1b}[2J', 0], message: 'x\\u{a}\\u{202e}y' }]
    expect(error).toMatchObject({ issues: shown, data: { key: 'k\\u{1b}', issues: shown } })
    expect(error?.message).not.toMatch(/\p{Cc}|\p{Cf}/u)
  })

  const good = { path: ['a', 0], message: 'm' }
  it.each<[string, unknown, unknown[]]>([
    ['no issues', undefined, []],
    ['issues of null', null, []],
    ['issues that are an object', { 0: good, length: 1 }, []],
    ['issues that are a string', 'all wrong', []],
    ['an issue of null', [null, good], [good]],
    ['an issue that is a string', ['wrong', good], [good]],
    ['an issue that is an array', [['a'], good], [good]],
    ['an issue without a path', [{ message: 'm' }, good], [good]],
    ['an issue without a message', [{ path: [] }, good], [good]],
    ['a message that is an object', [{ path: [], message: { toString: () => 'm' } }, good], [good]],
    ['a path that is a string', [{ path: 'a', message: 'm' }, good], [good]],
    ['a path with an object', [{ path: [{ key: 'a' }], message: 'm' }, good], [good]],
    ['a path with null', [{ path: [null], message: 'm' }, good], [good]],
    ['an issue that inherits its members', [Object.create(good), good], [good]],
    [
      'characters that a terminal acts on',
      [{ path: ['a\u001b[2J', 0], message: 'b\u202e\u009bc' }],
      [{ path: ['a\\u{1b}[2J', 0], message: 'b\\u{202e}\\u{9b}c' }],
    ],
    ['more in an issue than is known', [{ ...good, value: 'secret' }], [good]],
  ])('keeps of a hostile answer what is sound: %s', (_claim, issues, kept) => {
    const error = contextErrorFrom({ data: { ...data, issues } })
    expect(error).toMatchObject({ code: 'invalid', data: { key: data.key, reason: 'invalid' } })
    expect(error?.issues).toStrictEqual(kept)
    expect(error?.data?.issues).toStrictEqual(kept)
  })

  it('escapes the key', () => {
    expect(contextErrorFrom({ data: { ...data, key: 'a\n\u001b' } })?.data?.key).toBe('a\\u{a}\\u{1b}')
  })

  it('takes no more of the data than is known', () => {
    const error = contextErrorFrom({ data: { ...data, token: 'secret' } })
    expect(error?.data).toStrictEqual(data)
  })
})
