import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const SOURCE = fileURLToPath(new URL('../src', import.meta.url))

/** The folders of src/, from the ground up: a folder imports only from folders before it. */
const FOLDERS = [
  'shared',
  'wire',
  'errors',
  'definition',
  'codec',
  'capabilities',
  'http',
  'client',
  'server',
  'testing',
  'cli',
]

/** The command is a program of its own, built into one file with the packages that it imports. Nothing imports it. */
const PROGRAM = 'cli'

/** The lines that a file may have, comments included. An entry is a list of exports, and what is generated is as it is. */
const LINES = { least: 20, most: 200 }

/** The files that a folder may have, its entry not counted. */
const FILES = { least: 3, most: 10 }

/** The files that may name a private member of an SDK, one on each side. */
const INTERNALS = ['client/sdk-internals.ts', 'server/sdk-internals.ts']

interface SourceFile {
  readonly path: string
  /** `''` for the root entry. */
  readonly folder: string
  readonly text: string
  /** The specifiers of every import and re-export, types included. */
  readonly imports: readonly string[]
}

const files: readonly SourceFile[] = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SOURCE, path), 'utf8')
    const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
    return { path, folder: folderOf(path), text, imports }
  })

function folderOf(path: string): string {
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
  it('has the folders that are listed here, and no other', () => {
    expect(new Set(files.map(({ folder }) => folder))).toEqual(new Set(['', ...FOLDERS]))
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

  it('imports one way: a folder only from folders before it in the list', () => {
    const upward = offences(({ path, folder }, specifier) => {
      const file = target(path, specifier)
      if (file === undefined || folder === '') return false
      return FOLDERS.indexOf(folderOf(file)) > FOLDERS.indexOf(folder) || folderOf(file) === ''
    })
    expect(upward).toEqual([])
  })

  it('imports no SDK and no package, its own name included', () => {
    expect(offences(({ folder }, specifier) => folder !== PROGRAM && !/^(\.{1,2}\/|node:)/.test(specifier))).toEqual([])
  })

  it('imports node:async_hooks on the server, and nothing else of Node', () => {
    const ofNode = (specifier: string) => specifier.startsWith('node:')
    const library = files.filter(({ folder }) => folder !== PROGRAM)
    const used = library.filter(({ imports }) => imports.some(ofNode)).map(({ folder }) => folder)
    expect(new Set(used)).toEqual(new Set(['server']))
    expect(new Set(library.flatMap(({ imports }) => imports.filter(ofNode)))).toEqual(new Set(['node:async_hooks']))
  })

  it('has no circle of imports, between files or folders, types included', () => {
    const importsOf = new Map(
      files.map(({ path, imports }) => [path, imports.flatMap((specifier) => target(path, specifier) ?? [])]),
    )
    expect(circles(importsOf)).toEqual([])
    const foldersOf = new Map(FOLDERS.map((folder) => [folder, new Set<string>()]))
    for (const [path, targets] of importsOf) {
      for (const file of targets)
        if (folderOf(file) !== folderOf(path)) foldersOf.get(folderOf(path))?.add(folderOf(file))
    }
    expect(circles(foldersOf)).toEqual([])
  })

  it(`has files of ${LINES.least} to ${LINES.most} lines`, () => {
    const other = files
      .filter(({ path }) => !path.endsWith('index.ts') && !path.endsWith('.generated.ts'))
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines < LINES.least || lines > LINES.most)
    expect(other).toEqual([])
  })

  it(`has ${FILES.least} to ${FILES.most} files in a folder, beside its entry`, () => {
    const counts = FOLDERS.map((folder) => ({
      folder,
      count: files.filter((file) => file.folder === folder && !file.path.endsWith('index.ts')).length,
    }))
    expect(counts.filter(({ count }) => count < FILES.least || count > FILES.most)).toEqual([])
  })

  it('names private members of an SDK in one file on each side', () => {
    const named = files.filter(({ text }) => PRIVATE_MEMBER.test(withoutComments(text)))
    expect(named.map(({ path }) => path).sort()).toEqual(INTERNALS)
  })
})

/** A member whose name begins with an underscore, as the SDKs name what is not public; `_meta` is MCP's own. */
const PRIVATE_MEMBER = /(?<![\w$])['"`.]_(?!meta\b|\b)[a-zA-Z]+/

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

function circles(importsOf: ReadonlyMap<string, Iterable<string>>): string[] {
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
