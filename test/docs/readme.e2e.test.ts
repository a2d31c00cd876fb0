// The README is run: each of its code blocks is type-checked, executed, or compared with what really happens.
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { posix } from 'node:path'
import * as root from 'mcp-request-context'
import * as server from 'mcp-request-context/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksOf, named, output, path, programFolder, typeErrors } from '../support/markdown.js'

const packageJson = JSON.parse(await readFile(path('package.json'), 'utf8'))
const readme = await readFile(path('README.md'), 'utf8')
const blocks = blocksOf(readme)

const programs = named(blocks, 'ts')
const outputs = named(blocks, 'text')
const messages = named(blocks, 'json')
const tests = [...programs.keys()].filter((name) => name.endsWith('.test.ts'))
const snippets = blocks.filter(({ info }) => info === 'ts').map(({ text }) => text)
const shell = blocks.filter(({ info }) => info === 'sh').flatMap(({ text }) => text.trim().split('\n'))

/** Names that the README's snippets use and do not say where they come from. */
const PRELUDE = `
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { ContextClient } from 'mcp-request-context/client'
import type { requestContext } from './context.js'
export { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
export { createContextClient, supportedContexts } from 'mcp-request-context/client'
export { contextFetch } from 'mcp-request-context/http'
export { contextErrorFrom, defineContext, redactContext } from 'mcp-request-context'
export { forwardHeaders, getContext, installContext } from 'mcp-request-context/server'
export { z } from 'zod'
export { requestContext } from './context.js'
export declare const client: ContextClient<Client, typeof requestContext>
export declare const server: McpServer
export declare const headers: Record<string, string>
export declare const user: { tenant: string }
export declare function tokenOf(of: typeof user): Promise<string>
export declare function currentToken(options: { signal: AbortSignal | undefined }): Promise<string>
`
const PRELUDE_NAMES =
  'StreamableHTTPClientTransport, createContextClient, supportedContexts, contextFetch, contextErrorFrom, defineContext, redactContext, forwardHeaders, getContext, installContext, z, requestContext, client, server, headers, user, tokenOf, currentToken'

/** Records the messages that the README shows: its first call, and one of a client that does not check. */
const RECORDER = `
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { createContextClient } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import { connectPair } from 'mcp-request-context/testing'
import { requestContext } from './context.js'

const server = installContext(new McpServer({ name: 'server', version: '1.0.0' }), requestContext, { required: true })
server.registerTool('whoami', {}, () => ({ content: [] }))
const client = createContextClient(new Client({ name: 'client', version: '1.0.0' }), requestContext)
const { sent } = await connectPair(server, client)
await client.withContext({ tenant: 'acme', token: 'TOKEN_1' }).callTool({ name: 'whoami' })
const unchecked = { tenant: 'acme', token: 42 }
await client.callTool({ name: 'whoami', _meta: { [requestContext.key]: unchecked } }).catch(() => undefined)
await client.close()
console.log(JSON.stringify([...sent.client, ...sent.server]))
`

let folder: string

beforeAll(async () => {
  const files = new Map(programs)
  for (const [index, text] of snippets.entries()) {
    files.set(`snippet-${index}.ts`, `import { ${PRELUDE_NAMES} } from './prelude.js'\n${text}export {}\n`)
  }
  files.set('prelude.ts', PRELUDE).set('recorder.ts', RECORDER).set('package.json', '{ "private": true }')
  for (const command of shell) {
    const [, member, value] = /^npm pkg set (\w+)=(\w+)$/.exec(command) ?? []
    if (member !== undefined) files.set('package.json', JSON.stringify({ private: true, [member]: value }))
  }
  folder = await programFolder('readme-', files)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('every block of the README is one of those that are checked here', () => {
  expect({
    programs: [...programs.keys()],
    outputs: [...outputs.keys()],
    messages: [...messages.keys()],
    snippets: snippets.length,
    shell: blocks.filter(({ info }) => info === 'sh').length,
    all: blocks.length,
  }).toEqual({
    programs: ['context.ts', 'server.ts', 'client.ts', 'http.ts', 'sdk2.ts', 'server2.ts', 'host.ts', 'whoami.test.ts'],
    outputs: ['client.ts', 'http.ts', 'sdk2.ts', 'host.ts'],
    messages: ['request', 'error'],
    snippets: 6,
    shell: 4,
    all: 24,
  })
})

test('every program and snippet type-checks', () => {
  const names = [...snippets.keys()].map((index) => `snippet-${index}.ts`)
  expect(typeErrors(folder, [...programs.keys(), 'prelude.ts', 'recorder.ts', ...names])).toBe('')
})

describe('programs', () => {
  test.each([...outputs])('%s prints what the README says', async (program, expected) => {
    expect(await output(folder, program)).toBe(expected)
  })

  test.each(tests)('%s passes', async (program) => {
    expect(await output(folder, program)).toMatch(/\bpass 1\n/)
  })

  test('each one is a test, has an output, or is part of one that has', () => {
    const unused = [...programs.keys()].filter((name) => {
      const others = [...programs].filter(([other]) => other !== name).map(([, text]) => text)
      const part = [name, `./${name.replace(/\.ts$/, '.js')}`]
      return (
        !outputs.has(name) &&
        !tests.includes(name) &&
        !others.some((text) => part.some((mention) => text.includes(`'${mention}'`)))
      )
    })
    expect(unused).toEqual([])
  })
})

test('the messages are those that go over the wire', async () => {
  const sent: { method?: string; error?: object }[] = JSON.parse(await output(folder, 'recorder.ts'))
  expect(JSON.parse(messages.get('request') ?? '')).toEqual(sent.find(({ method }) => method === 'tools/call'))
  expect(JSON.parse(messages.get('error') ?? '')).toEqual(sent.find(({ error }) => error !== undefined))
  const first = /withContext\((\{.*token: 'TOKEN_1'.*\})\)/.exec(programs.get('client.ts') ?? '')
  expect(RECORDER).toContain(`withContext(${first?.[1]})`)
})

describe('commands', () => {
  const inline = [...readme.matchAll(/`((?:npm|node) [^`\n]+)`/g)].map(([, command]) => command ?? '')
  const commands = [...shell, ...inline].flatMap((line) => line.split(' && '))

  test.each(commands)('%s is one that works', async (command) => {
    const [program, verb, ...rest] = command.split(' ')
    if (program === 'npx') {
      expect(packageJson.bin).toHaveProperty(verb ?? '')
      return expect(await readFile(path('docs/cli.md'), 'utf8')).toContain(`${verb} ${rest[0]}`)
    }
    if (program === 'node') return expect([...programs.keys()]).toContain(rest.at(-1))
    expect(program).toBe('npm')
    if (verb === 'ci' || verb === 'pack' || verb === 'pkg') return
    if (verb === 'run' || verb === 'test') return expect(packageJson.scripts).toHaveProperty([rest[0] ?? 'test'])
    expect(verb).toBe('install')
    const { name, devDependencies, peerDependencies } = packageJson
    const known = Object.keys({ [name]: '', ...devDependencies, ...peerDependencies })
    expect(known).toEqual(expect.arrayContaining(rest.filter((word) => !word.startsWith('--'))))
  })

  test('the packages that the programs import are installed', () => {
    const installed = new Set([packageJson.name, ...shell.join(' ').split(/\s+/)])
    for (const [name, text] of programs) {
      const imported = [...text.matchAll(/from '(?!node:)((?:@[^/']+\/)?[^./'][^/']*)/g)].map(([, found]) => found)
      expect([...installed], name).toEqual(expect.arrayContaining(imported))
    }
  })
})

describe.each([
  ['README.md', ''],
  ['CHANGELOG.md', ''],
  ['spec/README.md', 'spec/'],
  ['spec/request-context.md', 'spec/'],
])('the links of %s', (file, folder) => {
  const REPOSITORY = 'https://github.com/mcp-request-context/mcp-request-context/blob/main/'

  test('lead to what is there, in the installed package or in the repository', async () => {
    const document = await readFile(path(file), 'utf8')
    const links = [...document.matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link ?? '')
    const packed = [...packageJson.files, 'README.md', 'LICENSE']
    const lost = links.filter((link) => {
      if (link.startsWith(REPOSITORY)) return !existsSync(path(link.slice(REPOSITORY.length)))
      if (/^https:/.test(link)) return false
      const target = posix.join(folder, link)
      return !packed.includes(target.split('/')[0]) || !existsSync(path(target))
    })
    expect(lost).toEqual([])
  })
})

describe('tables', () => {
  const cells = readme
    .split('\n')
    .flatMap((line) => (/^\| `/.test(line) ? [line.split('|').map((cell) => cell.trim())] : []))

  test('the limits are the defaults', () => {
    const shown = cells.filter(([, , value]) => /^\d+$/.test(value ?? ''))
    const limits = shown.map(([, name, value]) => [name?.replaceAll('`', ''), Number(value)])
    expect(Object.fromEntries(limits)).toEqual(root.DEFAULT_LIMITS)
  })

  test('the functions are what the package exports', () => {
    const names = cells.flatMap(([, first]) =>
      [...(first ?? '').matchAll(/`(\w+)(?:\(.*?\))?`/g)].map(([, name]) => name),
    )
    const functions = names.filter((name) => !Object.hasOwn(root.DEFAULT_LIMITS, name ?? ''))
    const exported = Object.keys({ ...root, ...server })
    expect(exported).toEqual(expect.arrayContaining(functions))
    expect(functions).toEqual(expect.arrayContaining(Object.keys(server)))
  })
})
