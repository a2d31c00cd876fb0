import { execFile } from 'node:child_process'
import { CannotRun, reasonOf } from './failure.js'
import type { JsonSchema } from './package-files.js'

/** What a declaration is written from. */
export interface DeclarationRequest {
  /** What to call the schema in a message. */
  readonly name: string
  readonly schema: JsonSchema
  /** The name of the type: letters, the first a capital, then digits. */
  readonly typeName: string
  /** The folder whose files the schema may refer to; without it, to none. */
  readonly folder?: string | undefined
}

/** What the process that writes it answers. */
export type DeclarationAnswer =
  | { readonly declaration: string; readonly failure?: undefined }
  | { readonly failure: string }

/** The command of this program, not for users, that `declarationOf` starts. */
export const DECLARATION_COMMAND = 'write-declaration'

/** A small schema can describe a huge type: what it takes to write that is bounded. */
const MOST_MEGABYTES = 256
const MOST_BYTES = 4 * 1024 * 1024

/**
 * Writes the TypeScript declaration of a schema, in a process that is ended when it takes too much time or memory.
 *
 * @throws CannotRun where none can be written, saying why
 */
export async function declarationOf(request: DeclarationRequest, milliseconds: number): Promise<string> {
  const answer = await answerTo(JSON.stringify(request), milliseconds)
  if (answer.failure === undefined) return answer.declaration
  throw new CannotRun(`no declaration can be written from ${request.name}: ${answer.failure}`)
}

function answerTo(request: string, milliseconds: number): Promise<DeclarationAnswer> {
  const args = [...process.execArgv, `--max-old-space-size=${MOST_MEGABYTES}`, String(process.argv[1])]
  const options = {
    timeout: milliseconds,
    maxBuffer: MOST_BYTES,
    killSignal: 'SIGKILL',
    // The generator logs to stdout where this is set.
    env: { ...process.env, VERBOSE: '' },
  } as const
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...args, DECLARATION_COMMAND], options, (error, stdout) => {
      resolve(error ? { failure: failureOf(error) } : JSON.parse(stdout))
    })
    // It is told by the exit of the process.
    child.stdin?.on('error', () => {})
    child.stdin?.end(request)
  })
}

function failureOf(error: Error & { code?: unknown; killed?: boolean; signal?: unknown }): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'its types are too large'
  if (error.killed) return 'it took too long; allow more with --timeout'
  return error.signal || typeof error.code === 'number' ? 'its types are too large' : reasonOf(error)
}
