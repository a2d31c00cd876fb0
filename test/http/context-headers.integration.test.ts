// Generated header values through a real server of Node.
import { contextToHeaders, headersToContext } from 'mcp-request-context/http'
import { expect, it } from 'vitest'
import { boundContext as bound } from '../support/contexts.js'
import { listen } from '../support/http.js'

it('ten thousand generated strings come back byte-equal through a real server, and add no header', async () => {
  const SEED = 0x5eed
  const random = generator(SEED)
  const url = await listen(async (request, response) => {
    // The raw lines, before anything joins or trims them.
    for await (const _ of request);
    response.end(JSON.stringify(request.rawHeaders))
  })
  const exchange = async (headers: Headers) => {
    const raw: string[] = await (await fetch(url, { headers })).json()
    return raw.flatMap((name, index): [string, string][] =>
      index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : [],
    )
  }
  const usual = (await exchange(new Headers({ 'x-tenant-id': 'a', authorization: 'Bearer a' }))).map(([name]) => name)
  for (let round = 0; round < 100; round++) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const context = { tenant: generated(random), token: generated(random) }
        const lines = await exchange(contextToHeaders(bound, context))
        expect(lines.map(([name]) => name).sort(), `seed ${SEED}`).toEqual([...usual].sort())
        const { context: back } = headersToContext(bound, new Headers(lines))
        expect(back, `seed ${SEED}`).toEqual(context)
      }),
    )
  }
})

/** The pieces that could end a header, hide in one, or be taken for an encoding. */
const PIECES = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\0',
    '\t',
    ' ',
    '',
    '\u000b',
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u010a',
    '\u560a',
  ],
  ...['X-Admin: true', ': ', ',', ';', '"', '\\', '%0d%0a', '=?base64?', '?=', '=?base64?YQ==?=', 'Bearer ', 'Basic '],
  ...['acme', 'Zürich', '東京', '🏔', '\u0301', 'e\u0301', '\u202e', '01', '-0', 'true', 'null'],
]

function generated(random: () => number): string {
  let text = ''
  for (let length = Math.floor(random() * 8); length > 0; length--) {
    const kind = random()
    if (kind < 0.6) text += PIECES[Math.floor(random() * PIECES.length)]
    else if (kind < 0.8) text += String.fromCharCode(Math.floor(random() * 0x180))
    else text += String.fromCodePoint(scalar(random))
  }
  return text
}

/** Any code point but a surrogate. */
function scalar(random: () => number): number {
  const point = Math.floor(random() * (0x110000 - 0x800))
  return point < 0xd800 ? point : point + 0x800
}

/** mulberry32: the same numbers in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}
