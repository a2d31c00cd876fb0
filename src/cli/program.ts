import { Command, CommanderError } from 'commander'
import { DECLARATION_COMMAND } from './declaration.js'
import { CannotRun, reasonOf } from './failure.js'
import { PROGRAM_HELP, TYPES_HELP, VALIDATE_HELP } from './help.js'
import { headerLine, maxBytes, seconds } from './option-values.js'
import { endWithReader, exit } from './output.js'
import { packageVersion } from './package-files.js'
import type { TypesOptions } from './types.js'

const COULD_NOT_RUN = 2

interface ValidateFlags {
  schema: string
  json?: true
  lines?: true
  maxBytes: number
}

/**
 * Runs the command line and ends the process: 0 where all is well, 1 where a payload is invalid, 2 where the command
 * could not do its work, with one sentence on stderr that says why.
 *
 * @param argv the process's arguments, Node and the program first
 */
export async function runProgram(argv: readonly string[]): Promise<void> {
  endWithReader()
  let code = 0
  const program = programOf((result) => {
    code = result
  })
  try {
    await program.parseAsync(argv)
  } catch (error) {
    code = codeOf(error)
  }
  await exit(code)
}

/** The exit code of an error, which is told on stderr where commander has not told it. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : COULD_NOT_RUN
  const message = error instanceof CannotRun ? error.message : `unexpected error: ${reasonOf(error)}`
  process.stderr.write(`mcp-request-context: ${message}\n`)
  return COULD_NOT_RUN
}

function programOf(done: (code: number) => void): Command {
  const program = new Command('mcp-request-context')
    .description('Checks the contexts of MCP requests, and writes the TypeScript types of those a server takes.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', PROGRAM_HELP)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'mcp-request-context: ')) })
    .exitOverride()

  program
    .command('validate')
    .summary('validate a JSON or JSON-lines payload against a JSON Schema')
    .description('Validates a JSON or JSON-lines payload against a JSON Schema, and prints each fault.')
    .argument('<file>', 'the payload, or - to read stdin')
    .option('-s, --schema <name|path>', 'a published schema by name, or a schema file', 'context')
    .option('--json', 'the payload is one JSON value')
    .option('--lines', 'the payload is JSON lines: one value on each line')
    .option('--max-bytes <bytes>', 'the most that one JSON value may take', maxBytes, 16 * 1024 * 1024)
    .addHelpText('after', VALIDATE_HELP)
    .action(async (file: string, { schema, json, lines, maxBytes }: ValidateFlags) => {
      if (json && lines) throw new CannotRun('--json and --lines contradict each other: pass one of them')
      const { validate } = await import('./validate.js')
      done(await validate(file, { schema, format: json ? 'json' : lines ? 'lines' : 'auto', maxBytes }))
    })

  program
    .command('types')
    .summary('write a TypeScript declaration from a schema, or from what a server advertises')
    .description(
      'Writes a TypeScript declaration of a context: from a JSON Schema, or from what a running server takes.',
    )
    .argument(
      '[source...]',
      'a schema file, a published schema, the URL of a server, or with --stdio the command of one',
    )
    .option('--stdio', 'start a server: its command follows after --')
    .option('-H, --header <header>', "a 'Name: value' to send to the server; repeatable", headerLine)
    .option('-k, --key <key>', 'the context key, where a server advertises several')
    .option('-n, --name <name>', 'the name of the type; default: the title of the schema')
    .option('-t, --timeout <seconds>', 'how long to wait for the server', seconds, 10)
    .option('-o, --out <file>', 'write to a file instead of stdout')
    .option('-f, --force', 'overwrite that file')
    .addHelpText('after', TYPES_HELP)
    .action(async (source: string[], options: TypesOptions) => {
      const { types } = await import('./types.js')
      await types(source, options)
    })

  program.command(DECLARATION_COMMAND, { hidden: true }).action(async () => {
    const { answerDeclaration } = await import('./declaration-process.js')
    await answerDeclaration()
  })

  return program
}
