// The code blocks of a Markdown text, and a folder in which they run as they would for a user who copied them.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'

const NAME = 'mcp-request-context'

/** The absolute path of a file of this repository. */
export function path(relative: string): string {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url))
}

interface Block {
  /** What its opening fence says: the language, and a name for a file, an output or a message. */
  readonly info: string
  readonly text: string
}

/** The fenced blocks of a Markdown text, indented or not, whatever their fence. */
export function blocksOf(markdown: string): Block[] {
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

/** The blocks of a language that have a name, by name. */
export function named(blocks: readonly Block[], language: string): Map<string, string> {
  const found = blocks.filter(({ info }) => info.startsWith(`${language} `))
  return new Map(found.map(({ info, text }) => [info.slice(language.length + 1), text]))
}

/**
 * Makes a folder of files, for the caller to remove. It is within node_modules, so that the SDKs resolve as they do for
 * a user who installed them.
 */
export async function programFolder(prefix: string, files: Iterable<[name: string, text: string]>): Promise<string> {
  const cache = path('node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, prefix))
  for (const [name, text] of files) await writeFile(join(folder, name), text)
  // The package under its name: tsx takes no `paths` of a tsconfig.json into account within node_modules.
  const self = join(folder, 'node_modules', NAME)
  await mkdir(self, { recursive: true })
  await symlink(path('src'), join(self, 'src'), 'junction')
  const exports = {
    '.': './src/index.ts',
    './client': './src/client/index.ts',
    './server': './src/server/index.ts',
    './http': './src/http/index.ts',
    './testing': './src/testing/index.ts',
  }
  await writeFile(join(self, 'package.json'), JSON.stringify({ name: NAME, type: 'module', exports }))
  return folder
}

/** The arguments and the environment with which `node` runs a program of such a folder. */
export function runOptions(folder: string) {
  const PATH = dirname(process.execPath) + delimiter + process.env.PATH
  return { cwd: folder, env: { ...process.env, FORCE_COLOR: '0', PATH } }
}

/** What a program of such a folder prints when it is run to its end. */
export async function output(folder: string, program: string): Promise<string> {
  const options = { ...runOptions(folder), timeout: 120_000 }
  return (await promisify(execFile)(process.execPath, ['--import', 'tsx', program], options)).stdout
}

/** What TypeScript finds wrong with the files of such a folder, under the options of this repository. */
export function typeErrors(folder: string, names: readonly string[]): string {
  const config = ts.readConfigFile(path('tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, path('.'))
  const files = names.map((name) => join(folder, name))
  const program = ts.createProgram(files, { ...options, paths: {}, noUnusedLocals: false })
  const missing = files.filter((file) => program.getSourceFile(file) === undefined)
  if (missing.length > 0) throw new Error(`not part of the program: ${missing.join(', ')}`)
  const host = { getCanonicalFileName: String, getCurrentDirectory: () => folder, getNewLine: () => '\n' }
  return ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host)
}
