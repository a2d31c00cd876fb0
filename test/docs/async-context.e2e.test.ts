// docs/async-context.md is run: each program prints what the page says, and the snippet type-checks.
import { readFile, rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf, named, output, path, programFolder, typeErrors } from '../support/markdown.js'

const blocks = blocksOf(await readFile(path('docs/async-context.md'), 'utf8'))
const programs = named(blocks, 'ts')
const outputs = named(blocks, 'text')
const snippets = blocks.filter(({ info }) => info === 'ts').map(({ text }) => text)

const PRELUDE = `
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { createContextClient } from 'mcp-request-context/client'
import { inheritContext } from 'mcp-request-context/server'
import { requestContext } from './context.js'
const client = createContextClient(new Client({ name: 'c', version: '1' }), requestContext)
declare function add(job: () => Promise<unknown>): void
`

let folder: string

beforeAll(async () => {
  const files = new Map(programs).set('package.json', '{ "type": "module" }')
  for (const [index, text] of snippets.entries()) files.set(`snippet-${index}.ts`, PRELUDE + text)
  folder = await programFolder('async-context-', files)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('every block is one of those that are checked here', () => {
  expect([...programs.keys()]).toEqual(['context.ts', 'queue.ts', 'batcher.ts', 'pool.ts', 'timers.ts'])
  expect([...outputs.keys()]).toEqual([...programs.keys()].slice(1))
  expect(snippets).toHaveLength(1)
  expect(blocks).toHaveLength(programs.size + outputs.size + 1)
})

test('every program and the snippet type-check', () => {
  expect(typeErrors(folder, [...programs.keys(), 'snippet-0.ts'])).toBe('')
})

test.each([...outputs])('%s prints what the page says', async (program, expected) => {
  expect(await output(folder, program)).toBe(expected)
})
