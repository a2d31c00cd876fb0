// docs/testing.md is run: its tests are gathered into one file, in their order.
import { readFile, rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf, named, output, path, programFolder, typeErrors } from '../support/markdown.js'

const document = await readFile(path('docs/testing.md'), 'utf8')
const blocks = blocksOf(document)
const programs = named(blocks, 'ts')
const snippets = blocks.filter(({ info }) => info === 'ts').map(({ text }) => text)
const files = new Map(programs).set('greet.test.ts', [programs.get('greet.test.ts'), ...snippets].join('\n'))

let folder: string

beforeAll(async () => {
  folder = await programFolder('testing-', [...files, ['package.json', '{ "type": "module" }']])
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('every block is one of those that are run', () => {
  expect([...programs.keys()]).toEqual(['context.ts', 'server.ts', 'greet.test.ts'])
  expect(blocks).toHaveLength(programs.size + snippets.length)
  expect(snippets.every((text) => text.startsWith('test('))).toBe(true)
})

test('every program type-checks', () => {
  expect(typeErrors(folder, [...files.keys()])).toBe('')
})

test('every test of it passes, and the pairs that are not closed keep no process alive', async () => {
  expect(await output(folder, 'greet.test.ts')).toMatch(new RegExp(`\\bpass ${snippets.length + 1}\\n`))
})
