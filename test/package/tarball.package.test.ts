import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const consumers = fileURLToPath(new URL('./consumers/', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

// TypeScript 7 is installed beside the one of package.json, under a name of its own.
const [, newest] = /^TYPESCRIPT_7=(.+)$/m.exec(readFileSync(join(root, '.ci/pins'), 'utf8')) ?? []
const COMPILERS = ['typescript', 'typescript-7']

const folder = mkdtempSync(join(tmpdir(), 'mcp-request-context-'))
const project = join(folder, 'project')
let tarball = ''
let packed: string[] = []

/** Runs a command to its end; what it printed is in the error of one that fails. */
function run(command: string, args: string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`)
  }
}

/** A package at the version that this repository was tested with. */
const pinned = (name: string) => `${name}@${manifest.devDependencies[name].replace(/^\^/, '')}`

beforeAll(() => {
  run('npm', ['run', 'build'], root)
  const [pack] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root))
  tarball = join(folder, pack.filename)
  packed = pack.files.map((file: { path: string }) => file.path).sort()
  cpSync(consumers, project, { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const peers = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/client', '@modelcontextprotocol/server', 'zod']
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', tarball, ...peers.map(pinned), pinned('typescript'), pinned('@types/node')],
    project,
  )
  run('npm', ['install', '--no-audit', '--no-fund', '--no-bin-links', `typescript-7@npm:typescript@${newest}`], project)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the tarball holds what is published and nothing else', () => {
  const published =
    /^(dist\/(?:types\.generated-)?[\w-]+\.(js|cjs|d\.ts|d\.cts)|dist\/cli\.LICENSES\.txt|schemas\/[\w-]+\.schema\.json|spec\/.+|LICENSE|README\.md|CHANGELOG\.md|package\.json)$/
  expect(packed.filter((path) => !published.test(path))).toEqual([])
  for (const entry of ['index', 'client', 'server', 'http', 'testing']) {
    for (const ending of ['js', 'cjs', 'd.ts', 'd.cts']) expect(packed).toContain(`dist/${entry}.${ending}`)
  }
  expect(packed.filter((path) => path.startsWith('dist/cli.'))).toEqual(['dist/cli.LICENSES.txt', 'dist/cli.js'])
  expect(packed.filter((path) => path.startsWith('schemas/'))).toEqual(
    readdirSync(join(root, 'schemas')).map((name) => `schemas/${name}`),
  )
})

test.each(['js', 'cjs'])('server.%s names the module of Node as Deno and Workers know it', (ending) => {
  const text = readFileSync(join(root, `dist/server.${ending}`), 'utf8')
  expect([...text.matchAll(/["'](?:node:)?async_hooks["']/g)].map(([name]) => name.slice(1, -1))).toEqual([
    'node:async_hooks',
  ])
})

test('nothing is installed with it', () => {
  expect(manifest.dependencies).toBeUndefined()
  const scripts = ['preinstall', 'install', 'postinstall', 'prepare']
  expect(scripts.filter((script) => script in manifest.scripts)).toEqual([])
})

test('it is published with provenance, from the repository that it names', () => {
  expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true })
  expect(manifest.repository.url).toMatch(/^git\+https:\/\/github\.com\/.+\.git$/)
})

test('no file of the tarball names a folder of the machine that built it', () => {
  const built = packed.filter((path) => path.startsWith('dist/'))
  expect(built.filter((path) => readFileSync(join(root, path), 'utf8').includes(root.slice(0, -1)))).toEqual([])
})

test('publint finds nothing', () => {
  expect(run('npx', ['publint', '--strict', tarball], root)).toContain('All good!')
})

test('attw finds no problem', () => {
  expect(run('npx', ['attw', tarball, '--format', 'table-flipped', '--no-emoji'], root)).toContain('No problems found')
})

describe('the command, in an empty project', () => {
  const command = (...args: string[]) => run('npx', ['mcp-request-context', ...args], project)

  test('tells what it does, and its version', () => {
    expect(command('--help')).toContain('validate')
    expect(command('--version')).toBe(`${manifest.version}\n`)
  })

  test('validates a context against a published schema', () => {
    writeFileSync(join(project, 'contexts.jsonl'), '{"tenant":"acme"}\n{"tenant id":1}\n')
    expect(command('validate', 'package.json', '--schema', 'context')).toMatch(/^valid: 1 value/)
    expect(() => command('validate', 'contexts.jsonl')).toThrow(/^contexts\.jsonl:2: \/tenant id: /m)
  })

  test('writes types that a server advertises', () => {
    const server = `
      import { McpServer } from '@modelcontextprotocol/server'
      import { serveStdio } from '@modelcontextprotocol/server/stdio'
      const schema = { type: 'object', properties: { tenant: { type: 'string' } }, required: ['tenant'] }
      const id = 'io.github.mcp-request-context/context'
      serveStdio(() => {
        const server = new McpServer({ name: 'stdio', version: '1.0.0' })
        server.server.registerCapabilities({ extensions: { [id]: { contexts: { [id]: { schema } } } } })
        return server
      })`
    writeFileSync(join(project, 'stdio-server.mjs'), server)
    expect(command('types', '--stdio', '--', process.execPath, 'stdio-server.mjs')).toContain('tenant: string\n')
  })

  test('has the licence of every package within it', () => {
    const licences = readFileSync(join(project, 'node_modules/mcp-request-context/dist/cli.LICENSES.txt'), 'utf8')
    for (const name of ['ajv', 'commander', 'json-schema-to-typescript', '@modelcontextprotocol/client']) {
      expect(licences).toContain(`\n${name} `)
    }
  })
})

describe('in an empty project', () => {
  test.each(['esm.js', 'commonjs.cjs', 'both.js', 'schemas.cjs'])('%s runs', (file) => {
    expect(run(process.execPath, [file], project)).toBe('ok\n')
  })

  const compile = (compiler: string) => run(process.execPath, [`node_modules/${compiler}/bin/tsc`, '-p', '.'], project)

  const RESOLUTIONS = [
    ['bundler', 'esnext'],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
  ] as const
  test.each(
    RESOLUTIONS.flatMap(([moduleResolution, module]) =>
      COMPILERS.map((compiler) => ({ moduleResolution, module, compiler })),
    ),
  )('the types hold with moduleResolution $moduleResolution in $compiler', ({ moduleResolution, module, compiler }) => {
    const options = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
      types: ['node'],
      module,
      moduleResolution,
    }
    const files = moduleResolution === 'bundler' ? ['types.ts'] : ['types.ts', 'types.cts']
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }))
    compile(compiler)
  })

  test.each(COMPILERS)('a wrong type is an error there, in %s', (compiler) => {
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          target: 'es2022',
          types: [],
          module: 'nodenext',
        },
        files: ['wrong-types.ts'],
      }),
    )
    expect(() => compile(compiler)).toThrow(/wrong-types\.ts.*tennant/)
  })
})

const NEUTRAL = ['', '/client', '/http', '/testing'].map((entry) => `mcp-request-context${entry}`)

test.each(NEUTRAL)('%s bundles for a browser: nothing of Node, no SDK, no schema library', async (entry) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from '${entry}'`, resolveDir: project },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    metafile: true,
  })
  expect(outputFiles[0]?.text).not.toMatch(/node:/)
  const inputs = Object.keys(metafile.inputs).filter((input) => input !== '<stdin>')
  expect(inputs.filter((input) => !input.includes('node_modules/mcp-request-context/dist/'))).toEqual([])
})
