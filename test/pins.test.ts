import { readFileSync } from 'node:fs'
import * as root from 'mcp-request-context'
import * as client from 'mcp-request-context/client'
import * as http from 'mcp-request-context/http'
import * as server from 'mcp-request-context/server'
import * as testing from 'mcp-request-context/testing'
import { expect, it } from 'vitest'
import { z } from 'zod'

// What others write their code and checks against. A change here breaks them.

it('the wire strings', () => {
  expect(root.EXTENSION_ID).toBe('io.github.mcp-request-context/context')
  expect(root.CONTEXT_META_KEY).toBe('io.github.mcp-request-context/context')
})

it('the default limits', () => {
  expect(root.DEFAULT_LIMITS).toStrictEqual({ maxBytes: 8192, maxFields: 64, maxDepth: 8, maxHeaderBytes: 4096 })
})

it.each<[string, object, string[]]>([
  [
    '.',
    root,
    [
      'CONTEXT_META_KEY',
      'ContextError',
      'DEFAULT_LIMITS',
      'EXTENSION_ID',
      'contextErrorFrom',
      'contextJsonSchema',
      'decodeContext',
      'defineContext',
      'encodeContext',
      'redactContext',
      'validateMetaKey',
    ],
  ],
  ['./client', client, ['createContextClient', 'supportedContexts']],
  [
    './server',
    server,
    [
      'contextTransport',
      'forwardHeaders',
      'getContext',
      'getHttpHeaders',
      'inheritContext',
      'installContext',
      'readContext',
      'runWithContext',
      'tryGetContext',
    ],
  ],
  [
    './http',
    http,
    [
      'contextFetch',
      'contextToHeaders',
      'corsAllowHeaders',
      'decodeHeaderValue',
      'encodeHeaderValue',
      'headersToContext',
    ],
  ],
  ['./testing', testing, ['connectPair', 'linkedTransports']],
])('the names that %s exports', (_entry, module, names) => {
  expect(Object.keys(module).sort()).toEqual(names)
})

it('the entries of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(Object.keys(manifest.exports)).toEqual([
    '.',
    './client',
    './server',
    './http',
    './testing',
    './schemas/*',
    './package.json',
  ])
  expect(manifest).toMatchObject({
    name: 'mcp-request-context',
    license: 'Apache-2.0',
    engines: { node: '>=20' },
    sideEffects: false,
  })
  expect(manifest.dependencies).toBeUndefined()
})

it.each<[string, unknown, object]>([
  [
    'a missing context',
    undefined,
    { extension: 'io.github.mcp-request-context/context', key: 'com.example/context', reason: 'missing', issues: [] },
  ],
  [
    'an invalid context',
    { user: { name: 7 } },
    {
      extension: 'io.github.mcp-request-context/context',
      key: 'com.example/context',
      reason: 'invalid',
      issues: [{ path: ['user', 'name'], message: 'Invalid input: expected string, received number' }],
    },
  ],
  [
    'a context over a limit',
    { user: { name: 'x'.repeat(100) } },
    {
      extension: 'io.github.mcp-request-context/context',
      key: 'com.example/context',
      reason: 'too_large',
      issues: [{ path: [], message: 'context is over the limit maxBytes: 64' }],
    },
  ],
])('the error data of %s', async (_claim, raw, data) => {
  const schema = z.object({ user: z.object({ name: z.string() }) })
  const definition = root.defineContext({ schema, key: 'com.example/context', limits: { maxBytes: 64 } })
  const { rejection } = await root.decodeContext(definition, raw)
  expect(rejection?.data).toStrictEqual(data)
})

it('the codes of a ContextError that travel', () => {
  const data = { extension: 'io.github.mcp-request-context/context', key: 'k', issues: [] }
  const read = (reason: string) => root.contextErrorFrom({ data: { ...data, reason } })?.code
  const codes = ['missing', 'invalid', 'too_large', 'mismatch']
  expect(codes.map(read)).toEqual(codes)
  // A reason that is not known is read as invalid: none of the other codes travels.
  expect(['conflict', 'outside_request'].map(read)).toEqual(['invalid', 'invalid'])
})
