// The README is run: each of its code blocks is type-checked, executed, or compared with what really happens.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as root from 'mcp-request-context'
import * as server from 'mcp-request-context/server'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const path = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url))
const packageJson = JSON.parse(await readFile(path('package.json'), 'utf8'))
const readme = await readFile(path('README.md'), 'utf8')

interface Block {
  /** What its opening fence says: the language, and a name for a file, an output or a message. */
  readonly info: string
  readonly text: string
}

/** The fenced blocks of a Markdown text, indented or not, whatever their fence. */
function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  let open: { fence: string; info: string; lines: string[] } | undefined
  for (const line of markdown.split('\n')) {
    const [, fence = '', info = ''] = /^\s*(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (open === undefined) {
      if (fence !== '') open = { fence, info: info.trim(), lines: [] }
    } else if (fence.startsWith(open.fence) && info.trim() === '') {
      blocks.push({ info: open.info, text: `${open.lines.join('\n')}\n` })
      open = undefined
    } else open.lines.push(line)
  }
  if (open !== undefined) throw new Error(`a block is never closed: ${open.info}`)
  return blocks
}

const blocks = blocksOf(readme)

/** The blocks of a language that have a name, by name. */
function named(language: string): Map<string, string> {
  const found = blocks.filter(({ info }) => info.startsWith(`${language} `))
  return new Map(found.map(({ info, text }) => [info.slice(language.length + 1), text]))
}

const programs = named('ts')
const outputs = named('text')
const messages = named('json')
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
export { getContext, getHttpHeaders, installContext } from 'mcp-request-context/server'
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
  'StreamableHTTPClientTransport, createContextClient, supportedContexts, contextFetch, contextErrorFrom, defineContext, redactContext, getContext, getHttpHeaders, installContext, z, requestContext, client, server, headers, user, tokenOf, currentToken'

/** Records the messages that the README shows: its first call, and one of a client that does not check. */
const RECORDER = `
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { createContextClient } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import { requestContext } from './context.js'

const sent: unknown[] = []
const [near, far] = InMemoryTransport.createLinkedPair()
for (const transport of [near, far]) {
  const send = transport.send.bind(transport)
  transport.send = (message, options) => {
    sent.push(message)
    return send(message, options)
  }
}
const server = installContext(new McpServer({ name: 'server', version: '1.0.0' }), requestContext, { required: true })
server.registerTool('whoami', {}, () => ({ content: [] }))
await server.connect(far)
const client = createContextClient(new Client({ name: 'client', version: '1.0.0' }), requestContext)
await client.connect(near)
await client.withContext({ tenant: 'acme', token: 'TOKEN_1' }).callTool({ name: 'whoami' })
const unchecked = { tenant: 'acme', token: 42 }
await client.callTool({ name: 'whoami', _meta: { [requestContext.key]: unchecked } }).catch(() => undefined)
await client.close()
console.log(JSON.stringify(sent))
`

let folder: string

beforeAll(async () => {
  // Within node_modules, so that the SDKs resolve as they do for a user who installed them.
  const cache = path('node_modules/.cache')
  await mkdir(cache, { recursive: true })
  folder = await mkdtemp(join(cache, 'readme-'))
  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  for (const [name, text] of programs) await write(name, text)
  for (const [index, text] of snippets.entries()) {
    await write(`snippet-${index}.ts`, `import { ${PRELUDE_NAMES} } from './prelude.js'\n${text}export {}\n`)
  }
  await write('prelude.ts', PRELUDE)
  await write('recorder.ts', RECORDER)
  await write('package.json', '{ "private": true }')
  for (const command of shell) {
    const [, member, value] = /^npm pkg set (\w+)=(\w+)$/.exec(command) ?? []
    if (member !== undefined) await write('package.json', JSON.stringify({ private: true, [member]: value }))
  }
  // The package under its name: tsx takes no \`paths\` of a tsconfig.json into account within node_modules.
  const self = join(folder, 'node_modules', packageJson.name)
  await mkdir(self, { recursive: true })
  await symlink(path('src'), join(self, 'src'), 'junction')
  const exports = {
    '.': './src/index.ts',
    './client': './src/client/index.ts',
    './server': './src/server/index.ts',
    './http': './src/http/index.ts',
  }
  await writeFile(join(self, 'package.json'), JSON.stringify({ name: packageJson.name, type: 'module', exports }))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a program of the folder to its end. */
async function output(program: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program], {
    cwd: folder,
    env: { ...process.env, FORCE_COLOR: '0', PATH: dirname(process.execPath) + delimiter + process.env.PATH },
    timeout: 25_000,
  })
  return stdout
}

test('every block of the README is one of those that are checked here', () => {
  expect({
    programs: [...programs.keys()],
    outputs: [...outputs.keys()],
    messages: [...messages.keys()],
    snippets: snippets.length,
    shell: blocks.filter(({ info }) => info === 'sh').length,
    all: blocks.length,
  }).toEqual({
    programs: ['context.ts', 'server.ts', 'client.ts', 'sdk2.ts'],
    outputs: ['client.ts', 'sdk2.ts'],
    messages: ['request', 'error'],
    snippets: 6,
    shell: 4,
    all: 18,
  })
})

test('every program and snippet type-checks', () => {
  const config = ts.readConfigFile(path('tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, path('.'))
  const files = [...programs.keys(), 'prelude.ts', 'recorder.ts', ...snippets.keys()].map((name) =>
    join(folder, typeof name === 'number' ? `snippet-${name}.ts` : name),
  )
  const program = ts.createProgram(files, { ...options, paths: {}, noUnusedLocals: false })
  const faults = ts.getPreEmitDiagnostics(program)
  const host = { getCanonicalFileName: String, getCurrentDirectory: () => folder, getNewLine: () => '\n' }
  expect(ts.formatDiagnostics(faults, host)).toBe('')
  expect(files.every((file) => program.getSourceFile(file) !== undefined)).toBe(true)
}, 60_000)

describe('programs', () => {
  test.each([...outputs])('%s prints what the README says', async (program, expected) => {
    expect(await output(program)).toBe(expected)
  })

  test('each one has an output, or is part of one that has', () => {
    const unused = [...programs.keys()].filter((name) => {
      const others = [...programs].filter(([other]) => other !== name).map(([, text]) => text)
      const part = [name, `./${name.replace(/\.ts$/, '.js')}`]
      return !outputs.has(name) && !others.some((text) => part.some((mention) => text.includes(`'${mention}'`)))
    })
    expect(unused).toEqual([])
  })
})

test('the messages are those that go over the wire', async () => {
  const sent: { method?: string; error?: object }[] = JSON.parse(await output('recorder.ts'))
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
      const imported = [...text.matchAll(/from '((?:@[^/']+\/)?[^./'][^/']*)/g)].map(([, found]) => found)
      expect([...installed], name).toEqual(expect.arrayContaining(imported))
    }
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
