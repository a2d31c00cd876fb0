// docs/http-bridge.md is run: each of its code blocks is type-checked, executed, or compared with what is.
import { readFile, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { output, path, programFolder, typeErrors } from '../support/markdown.js'
import { blocks, configuration, document, programs, snippets } from './document.js'
import { boundHeaders } from './programs.js'

const packageJson = JSON.parse(await readFile(path('package.json'), 'utf8'))
const shell = blocks.filter(({ info }) => info === 'sh').flatMap(({ text }) => text.trim().split('\n'))

/** What the snippets use and do not say where it comes from, each in its place. */
const PRELUDES = [
  '',
  `import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { contextFetch } from 'mcp-request-context/http'
import { callContext } from './context.js'
declare const url: URL
declare const authProvider: OAuthClientProvider
`,
  `import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { corsAllowHeaders } from 'mcp-request-context/http'
import { callContext } from './context.js'
export const app = new Hono()
`,
]

const PREFLIGHT = `import { app } from './snippet-2.js'
const headers = {
  origin: 'https://app.example.com',
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type, x-tenant-id',
}
const answer = await app.request('/mcp', { method: 'OPTIONS', headers })
console.log(JSON.stringify(Object.fromEntries(answer.headers)))
`

let folder: string

beforeAll(async () => {
  const files = new Map(programs)
  for (const [index, text] of snippets.entries()) {
    files.set(`snippet-${index}.ts`, `${PRELUDES[index] ?? ''}${text}export {}\n`)
  }
  files.set('preflight.ts', PREFLIGHT).set('package.json', '{ "type": "module" }')
  folder = await programFolder('http-bridge-', files)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('every block is one of those that are checked', () => {
  expect(blocks.map(({ info }) => info)).toEqual([
    'ts context.ts',
    'ts client.ts',
    'ts',
    'ts',
    'ts server.ts',
    'ts',
    'nginx nginx.conf',
    'yaml envoy.yaml',
    'ts gateway.ts',
    'ts gateway-express.ts',
    'ts gateway-hono.ts',
    'sh',
    'text client.ts',
  ])
})

test('every program and snippet type-checks', () => {
  const names = [...snippets.keys()].map((index) => `snippet-${index}.ts`)
  expect(typeErrors(folder, [...programs.keys(), 'preflight.ts', ...names])).toBe('')
})

describe('commands', () => {
  test.each(shell)('%s', (command) => {
    const [, program, rest = ''] =
      /^(?:PORT=\d+ )?(npm install|npm pkg set|node --import tsx) (.*)$/.exec(command) ?? []
    if (program === 'node --import tsx') return expect([...programs.keys()]).toContain(rest)
    if (program === 'npm pkg set') return expect(rest).toBe('type=module')
    expect(program).toBe('npm install')
    const known = Object.keys({ [packageJson.name]: '', ...packageJson.devDependencies })
    expect(known).toEqual(expect.arrayContaining(rest.split(' ').filter((word) => !word.startsWith('--'))))
  })

  test('they install what the programs import', () => {
    const installed = shell.join(' ').split(' ')
    for (const [name, text] of programs) {
      const imported = [...text.matchAll(/from '((?:@[^/']+\/)?[^./'][^/']*)/g)].map(([, found]) => found ?? '')
      const packages = imported.filter((found) => !found.startsWith('node:'))
      expect(installed, name).toEqual(expect.arrayContaining(packages))
    }
  })
})

/** The part of a file that is to be copied, without its indentation. */
function copyable(text: string): string {
  const [, part = ''] = /^ *# docs:start\n(.*)^ *# docs:end$/ms.exec(text) ?? []
  const indentation = /^ */.exec(part)?.[0] ?? ''
  return part.replaceAll(new RegExp(`^${indentation}`, 'gm'), '')
}

describe('the configuration of nginx', () => {
  const nginx = configuration('nginx', 'nginx.conf')

  test('is the one that is tested', async () => {
    const tested = copyable(await readFile(path('test/e2e/nginx/nginx.conf'), 'utf8'))
    expect(tested).toContain('proxy_pass')
    expect(nginx).toBe(tested)
  })

  test('reads the headers of the call, and sets that of the gateway; the log has the first alone', async () => {
    const { call, gateway } = await boundHeaders()
    const read = [...nginx.matchAll(/\$http_(\w+)/g)].map(([, name = '']) => name.replaceAll('_', '-'))
    expect([...new Set(read)].sort()).toEqual(call.sort())
    const set = [...nginx.matchAll(/proxy_set_header ([\w-]+) +\$access_token;/g)].map(([, name]) =>
      name?.toLowerCase(),
    )
    expect(set).toEqual(gateway)
    expect(/log_format[^;]*;/.exec(nginx)?.[0]).not.toContain('token')
  })
})

test('the links lead somewhere', async () => {
  const links = [...document.matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g)]
  expect(links).toHaveLength(4)
  for (const [, file, anchor] of links) {
    const text = await readFile(path(`docs/${file || 'http-bridge.md'}`), 'utf8')
    const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase())
    const anchors = titles.map((title) => title.replaceAll(/[^\w -]/g, '').replaceAll(' ', '-'))
    expect(anchors).toContain(anchor)
  }
})

test('the CORS answer allows the mirrored headers, by name', async () => {
  const headers = JSON.parse(await output(folder, 'preflight.ts'))
  const allowed: string[] = headers['access-control-allow-headers'].split(',')
  expect(allowed).toEqual(expect.arrayContaining(['X-Tenant-Id', 'X-Trace-Id', 'Mcp-Method', 'Mcp-Name']))
  expect(allowed).not.toContain('*')
  expect(headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-credentials': 'true',
  })
})
