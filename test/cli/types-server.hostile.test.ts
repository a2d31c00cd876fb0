import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { listen } from '../support/http.js'
import { advertiseRaw } from './support/advertise.js'
import { declaredIn, typeChecks } from './support/declaration.js'
import { ONE_SENTENCE, run } from './support/program.js'

const KEY = 'io.github.mcp-request-context/context'
const withSchema = (schema: unknown) => ({ contexts: { [KEY]: { schema } } })

/** The MCP client has a limit for each request, too: one that no test reaches. */
const ask = (url: string) => run(['types', '--timeout', '599', url])

const EVIL = '*/ export const evil = 1 /*'

describe('a hostile server gets nothing but types into the declaration', () => {
  test.each<[string, object]>([
    ['descriptions', { description: EVIL, properties: { a: { description: `a\n${EVIL}\r${EVIL}` } } }],
    ['a title', { title: EVIL, $id: EVIL }],
    ['names of members', { properties: { [EVIL]: {}, 'a": 1 }; evil()': {}, '[k: string]': {} } }],
    [
      'names of definitions',
      {
        $defs: { [EVIL]: { type: 'object' } },
        properties: { a: { $ref: `#/$defs/${encodeURIComponent(EVIL).replaceAll('%2F', '~1')}` } },
      },
    ],
    ['patterns', { patternProperties: { [`^x[${EVIL}]`]: { type: 'object', title: 'X' } } }],
    ['constants', { properties: { a: { const: EVIL }, b: { enum: [EVIL, '`evil()`', '\u2028'] } } }],
    ['tsType', { tsType: 'string; evil()', properties: { a: { tsType: 'string; evil()' } } }],
    [
      'tsType, deeper',
      { anyOf: [{ not: { tsType: 'a' } }, { items: { tsType: 'evil()' } }], $defs: { a: { tsType: 'evil()' } } },
    ],
    [
      'tsEnumNames',
      { title: 'E', properties: { a: { title: 'B', enum: ['a'], tsEnumNames: ['A } export const evil = 1 //'] } } },
    ],
    [
      'nested titles',
      { properties: { a: { title: `${EVIL} class`, type: 'object' }, b: { title: '1', type: 'object' } } },
    ],
    ['defaults', { properties: { a: { default: EVIL, type: 'string' } } }],
    ['__proto__', JSON.parse('{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}')],
  ])('in %s', async (_title, schema) => {
    const { code, stdout, stderr } = await ask(await advertiseRaw(withSchema({ type: 'object', ...schema })))
    if (code === 2)
      return expect({ stdout, stderr }).toEqual({ stdout: '', stderr: expect.stringMatching(ONE_SENTENCE) })
    expect(code).toBe(0)
    for (const name of declaredIn(stdout)) expect(name).toMatch(/^[A-Z]\w*$/)
  })

  test('a comment that a description would end goes on', async () => {
    const { stdout } = await ask(await advertiseRaw(withSchema({ type: 'object', description: EVIL })))
    expect(stdout).toContain(' * *\\/ export const evil = 1 /*\n')
    expect(declaredIn(stdout)).toEqual(['RequestContext'])
  })

  test('a constant is the same text, though it cannot end a comment', async () => {
    const { stdout } = await ask(await advertiseRaw(withSchema({ properties: { a: { const: 'a*/b' } } })))
    expect(stdout).toContain('a?: "a*\\/b"')
  })
})

test('control, format and bidirectional characters are escaped in comments, names and constants', async () => {
  const tricky = 'a\u001b[2J\u202eb\u200b\u2028c\t\u0085'
  const schema = {
    description: tricky,
    properties: { a: { description: tricky, const: tricky }, [tricky]: { enum: [tricky] }, 'x\u200d': {} },
  }
  const { code, stdout } = await ask(await advertiseRaw(withSchema({ type: 'object', ...schema })))
  expect(code).toBe(0)
  expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(stdout).toContain(' * a\\u{1b}[2J\\u{202e}b')
  expect(declaredIn(stdout)).toEqual(['RequestContext'])
  const use = (value: object) => typeChecks(stdout, `export const context: RequestContext = ${JSON.stringify(value)}`)
  expect(use({ a: tricky, [tricky]: tricky })).toBe(true)
  expect(use({ a: 'b' })).toBe(false)
})

describe('a hostile server leads to one sentence and exit code 2', () => {
  const manyKeys = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`com.example/k${index}`, {}]))
  test.each<[string, unknown, RegExp]>([
    ['settings that are text', 'rubbish', /./],
    ['settings that are a list', [], /./],
    ['settings without contexts', {}, /not valid: must have required property 'contexts'/],
    ['contexts of the wrong type', { contexts: [] }, /not valid: \/contexts must be object/],
    ['ten thousand keys', { contexts: manyKeys }, /not valid: \/contexts must NOT have more than 64 properties/],
    [
      'a header that is not valid',
      { contexts: { [KEY]: { headers: { a: { name: 'a b', type: 'string' } } } } },
      /not valid/,
    ],
    ['a schema of the wrong type', withSchema('string'), /not valid/],
    ['a schema that does not compile', withSchema({ type: 'strnig' }), /does not compile/],
    ['an unknown dialect', withSchema({ $schema: 'https://example.com/\u001b[2J' }), /unknown dialect/],
    ['a schema of 300 kB', withSchema({ description: 'x'.repeat(300_000) }), /larger than 256 KiB/],
    ['5 MB of settings', withSchema({ description: 'x'.repeat(5_000_000) }), /more than 4194304 bytes/],
    ['a schema nested too deeply', withSchema(JSON.parse(`${'{"not":'.repeat(9e3)}{}${'}'.repeat(9e3)}`)), /./],
    ['a key for a terminal', { contexts: { 'a\u001b[2J': {}, 'b\n': {} } }, /one of a\\u\{1b\}\[2J, b\\u\{a\}\n$/],
  ])('%s', async (_title, settings, message) => {
    const { code, stdout, stderr } = await ask(await advertiseRaw(settings))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(ONE_SENTENCE)
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('\u001b')
    expect(stderr.length).toBeLessThan(1000)
  })

  test.each([
    ['a reference', (url: string) => ({ $ref: url })],
    ['a reference within', (url: string) => ({ properties: { a: { items: [{ $ref: `${url}#/a` }] } } })],
    ['a dynamic reference', (url: string) => ({ properties: { a: { $dynamicRef: url } } })],
    ['a reference in a default', (url: string) => ({ default: { $ref: url } })],
    ['a member called $ref', (url: string) => ({ properties: { $ref: { $ref: url } } })],
    ['a dialect', (url: string) => ({ $schema: url })],
    ['an identifier as base', (url: string) => ({ $id: url, properties: { a: { $ref: 'other.json' } } })],
    ['a file', () => ({ $ref: 'file:///etc/hostname' })],
    ['a path', () => ({ $ref: '/etc/hostname' })],
  ])('%s to elsewhere is rejected, and never fetched', async (_title, schemaOf) => {
    const fetched: IncomingMessage[] = []
    const elsewhere = await listen((request, response) => {
      fetched.push(request)
      response.end('{"type":"object"}')
    })
    const url = await advertiseRaw(withSchema({ type: 'object', ...schemaOf(`${elsewhere.origin}/schema.json`) }))
    const { code, stdout, stderr } = await ask(url)
    expect({ code, stdout, fetched: fetched.length }).toEqual({ code: 2, stdout: '', fetched: 0 })
    expect(stderr).toMatch(ONE_SENTENCE)
  })

  test('a body that never ends is cut off', async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (!response.destroyed && response.write('['.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    })
    const { code, stderr } = await ask(String(url))
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/more than 4194304 bytes/) })
  })
})
