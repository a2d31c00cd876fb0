// The whole way of a value: a view, contextFetch, a real HTTP hop, a strict server, getContext.
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { getContext, getHttpHeaders, installContext } from 'mcp-request-context/server'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { connectCell, HTTP_CELLS, type HttpCell } from '../support/http.js'
import { answerOf, newServer, reply } from '../support/sdk.js'

const bound = defineContext({
  schema: z.object({
    text: z.string().optional(),
    token: z.string().optional(),
    count: z.number().optional(),
    flag: z.boolean().optional(),
  }),
  headers: {
    text: 'X-Text',
    token: { name: 'Authorization', scheme: 'Bearer' },
    count: { name: 'X-Count', type: 'integer' },
    flag: { name: 'X-Flag', type: 'boolean' },
  },
})

const STRINGS: Record<string, string> = {
  'an empty string': '',
  'a space': ' ',
  'white space before': ' \tacme',
  'white space after': 'acme\t ',
  'a tab within': 'a\tb',
  'a NUL': 'a\0b',
  'an escape': '\u001b[31m',
  'a DEL': 'a\u007fb',
  'a control character of Latin 1': 'a\u0085b',
  'a carriage return': 'a\rb',
  'a line feed': '\n',
  'another header': 'a\r\nX-Admin: true',
  'the end of the headers': 'a\r\n\r\n{}',
  'what looks encoded': '=?base64?YWNtZQ==?=',
  'what looks encoded, with bad padding': '=?base64?YQ?=',
  'what looks encoded, with bad UTF-8': '=?base64?/w==?=',
  'what looks encoded, of nothing': '=?base64??=',
  'half of the marker': '=?base64?acme',
  'the marker, its ends run together': '=?base64?=',
  'a comma': 'a, b',
  quotes: '"a\\"',
  'a percent sign': '%0d%0a',
  'a number': '007',
  'a boolean': 'true',
  'a scheme': 'Bearer acme',
  'Latin 1': 'Zürich',
  'no Latin': '東京',
  'an emoji': '🏔',
  'a combining accent': 'e\u0301',
  'a byte order mark': '\ufeffacme',
  'a no-break space': 'acme\u00a0',
  'a line separator': '\u2028',
  'the end of Unicode': '\u{10ffff}',
}

const VALUES: [claim: string, context: { count?: number; flag?: boolean; text?: string; token?: string }][] = [
  ['zero', { count: 0 }],
  ['minus one', { count: -1 }],
  ['the largest safe integer', { count: Number.MAX_SAFE_INTEGER }],
  ['the smallest safe integer', { count: Number.MIN_SAFE_INTEGER }],
  ['true', { flag: true }],
  ['false', { flag: false }],
  ['as much as a header may be', { text: 'x'.repeat(4096) }],
  ['as much as a token may be', { token: 'x'.repeat(4096 - 'Bearer '.length) }],
]

const NO_HEADER: [claim: string, context: object][] = [
  ['an integer past the safe ones', { count: 2 ** 53 }],
  ['an integer below the safe ones', { count: -(2 ** 53) }],
  ['a fraction', { count: 0.5 }],
  ['a lone high surrogate', { text: 'a\ud800' }],
  ['a lone low surrogate', { token: '\udc00b' }],
]

async function connected(cell: HttpCell) {
  const handled = vi.fn()
  const url = await cell.serve(() => {
    const server = installContext(newServer(cell.server), bound, { required: true, http: { verify: 'strict' } })
    server.registerTool('read', {}, () => {
      handled()
      return reply({ context: getContext(bound), headers: [...getHttpHeaders().keys()] })
    })
    return server
  })
  const view = createContextClient(await connectCell(cell, url, { fetch: contextFetch(bound) }), bound)
  return { handled, read: async (context: object) => view.withContext(context).callTool({ name: 'read' }) }
}

describe.each(HTTP_CELLS)('$name', (cell) => {
  test('every value arrives as it was, and brings no header of its own', async () => {
    const { read } = await connected(cell)
    const usual = answerOf(await read({ text: 'a', token: 'b' })).headers
    for (const [claim, string] of Object.entries(STRINGS)) {
      const context = { text: string, token: string }
      expect(answerOf(await read(context)), claim).toEqual({ context, headers: usual })
    }
    for (const [claim, context] of VALUES) expect(answerOf(await read(context)).context, claim).toEqual(context)
  })

  test('a value that no header can say is refused before anything is sent', async () => {
    const { read, handled } = await connected(cell)
    for (const [claim, context] of NO_HEADER) {
      await expect(read(context), claim).rejects.toMatchObject({ name: 'ContextError', code: 'invalid' })
    }
    expect(handled).not.toHaveBeenCalled()
  })
})
