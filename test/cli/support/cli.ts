// Runs the command line as a user does: a process of its own, with pipes.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll } from 'vitest'

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')

/** Starts the command line. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, ['--import', TSX, MAIN, ...args], { env: { ...process.env, ...env } })
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line to its end, with `input` on its stdin. */
export function run(args: readonly string[], input: string | Buffer = '', env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = start(args, env)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

/** A folder for one test file. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'mcp-request-context-cli-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return {
    path: (name: string) => join(path, name),
    /** Writes a file: a value as JSON, text and bytes as they are. */
    write(name: string, content: unknown): string {
      const file = join(path, name)
      const raw = typeof content === 'string' || Buffer.isBuffer(content)
      writeFileSync(file, raw ? content : JSON.stringify(content))
      return file
    },
  }
}

/** What went wrong: one line on stderr, from this program, and no stack trace. */
export const ONE_SENTENCE = /^mcp-request-context: [^\n]+\n$/

/** The names that a text declares, which must be nothing but TypeScript types. */
export function declaredIn(text: string): string[] {
  const file = ts.createSourceFile('declared.d.ts', text, ts.ScriptTarget.Latest, true)
  const faults = (file as unknown as { parseDiagnostics: ts.Diagnostic[] }).parseDiagnostics
  if (faults.length > 0) throw new Error(`no TypeScript: ${faults.map(({ messageText }) => messageText)}\n${text}`)
  return file.statements.map((statement) => {
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return statement.name.text
    throw new Error(`not a type: ${statement.getText()}`)
  })
}

/** Whether a program type-checks that has a declaration, and `code` that uses it. */
export function typeChecks(declaration: string, code: string): boolean {
  const source = ts.createSourceFile('/use.ts', `${declaration}\n${code}`, ts.ScriptTarget.Latest, true)
  const options = { noEmit: true, strict: true, noLib: false, types: [], target: ts.ScriptTarget.ES2022 }
  const host = ts.createCompilerHost(options)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (name, ...rest) => (name === '/use.ts' ? source : getSourceFile(name, ...rest))
  return ts.getPreEmitDiagnostics(ts.createProgram(['/use.ts'], options, host)).length === 0
}

export const REPOSITORY = dirname(fileURLToPath(new URL('../../../package.json', import.meta.url)))
