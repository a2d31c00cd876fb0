import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const SOURCE = fileURLToPath(new URL('../src', import.meta.url))
const LONGEST_FILE = 220

/** What a layer may import; '' is the root entry. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  '': ['core'],
  core: ['core'],
  http: ['core', 'http'],
  client: ['core', 'http', 'client'],
  server: ['core', 'http', 'server'],
  testing: ['core', 'testing'],
  cli: ['core', 'http', 'client', 'server', 'cli'],
}

/** The command line: a program of its own, built into one file with all that it imports. Nothing imports it. */
const PROGRAM = 'cli'

interface SourceFile {
  readonly path: string
  readonly layer: string
  readonly text: string
  /** The specifiers of every import and re-export, types included. */
  readonly imports: readonly string[]
}

const files: readonly SourceFile[] = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SOURCE, path), 'utf8')
    const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
    return { path, layer: layerOf(path), text, imports }
  })

function layerOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

/** The file of src/ that a specifier names; `undefined` for one from elsewhere. */
function target(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? join(dirname(from), specifier).replace(/\.js$/, '.ts') : undefined
}

function offences(offence: (file: SourceFile, specifier: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((specifier) => offence(file, specifier)).map((specifier) => `${file.path} -> ${specifier}`),
  )
}

describe('src', () => {
  it('is in the layers that are known here, each with its entry', () => {
    expect(new Set(files.map(({ layer }) => layer))).toEqual(new Set(Object.keys(LAYERS)))
    const paths = files.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining([
        'index.ts',
        'http/index.ts',
        'client/index.ts',
        'server/index.ts',
        'testing/index.ts',
        'core/codec.ts',
      ]),
    )
  })

  it('imports files that are there, by their full name', () => {
    const paths = new Set(files.map(({ path }) => path))
    const missing = offences(({ path }, specifier) => {
      const file = target(path, specifier)
      return file !== undefined && !(specifier.endsWith('.js') && paths.has(file))
    })
    expect(missing).toEqual([])
    expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(files.length)
  })

  it('imports one way: core <- http <- client, server; core <- testing', () => {
    const upward = offences(({ path, layer }, specifier) => {
      const file = target(path, specifier)
      return file !== undefined && !LAYERS[layer]?.includes(layerOf(file))
    })
    expect(upward).toEqual([])
  })

  it('imports no SDK and no package, its own name included', () => {
    expect(offences(({ layer }, specifier) => layer !== PROGRAM && !/^(\.{1,2}\/|node:)/.test(specifier))).toEqual([])
  })

  it('imports node:async_hooks on the server, and nothing else of Node', () => {
    const ofNode = (specifier: string) => specifier.startsWith('node:')
    const library = files.filter(({ layer }) => layer !== PROGRAM)
    const used = library.filter(({ imports }) => imports.some(ofNode)).map(({ layer }) => layer)
    expect(new Set(used)).toEqual(new Set(['server']))
    expect(new Set(library.flatMap(({ imports }) => imports.filter(ofNode)))).toEqual(new Set(['node:async_hooks']))
  })

  it('has no cycle of imports, types included', () => {
    expect(cycles()).toEqual([])
  })

  it(`has no file of more than ${LONGEST_FILE} lines, but generated ones`, () => {
    const long = files
      .filter(({ path }) => !path.endsWith('.generated.ts'))
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > LONGEST_FILE)
    expect(long).toEqual([])
  })
})

function cycles(): string[] {
  const importsOf = new Map(
    files.map(({ path, imports }) => [path, imports.flatMap((specifier) => target(path, specifier) ?? [])]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) found.push([...above.slice(above.indexOf(path)), path].join(' -> '))
    if (done.has(path) || above.includes(path)) return
    for (const next of importsOf.get(path) ?? []) visit(next, [...above, path])
    done.add(path)
  }
  for (const path of importsOf.keys()) visit(path, [])
  return found
}
