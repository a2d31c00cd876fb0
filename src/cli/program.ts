import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { WRITE_DECLARATION, writeDeclaration } from './declaration.js'
import { CannotRun, type ProgramIo, type Run, reasonOf } from './io.js'
import { packageVersion, publishedNames } from './schemas.js'
import { type TypesOptions, types } from './types.js'
import { validate } from './validate.js'

const COULD_NOT_RUN = 2

/** V8 cannot make a string that is much longer. */
const MAX_MAX_BYTES = 256 * 1024 * 1024
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024
const MAX_SECONDS = 600
const DEFAULT_SECONDS = 10

/**
 * Runs the command line. A command that cannot run writes one sentence to stderr that says why.
 *
 * @param args the arguments after the program's name
 * @returns the exit code: 0 for success, 1 for an invalid payload, 2 for a command that could not run
 */
export async function runProgram(args: readonly string[], io: ProgramIo): Promise<number> {
  const run: Run = { ...io, exitCode: 0 }
  const program = programFor(run)
  const isUnknown =
    args[0]?.startsWith('-') === false && !program.commands.some((command) => command.name() === args[0])
  // Commander answers `unknown --help` with the help of the program. Without the option, it names the unknown command.
  const finished = program.parseAsync(isUnknown ? args.slice(0, 1) : args, { from: 'user' })
  try {
    return await Promise.race([readerLeft(run), finished.then(() => run.exitCode)])
  } catch (error) {
    // Commander has written its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : COULD_NOT_RUN
    const message = error instanceof CannotRun ? error.message : `unexpected error: ${reasonOf(error)}`
    run.stderr.write(`mcp-request-context: ${message}\n`)
    return COULD_NOT_RUN
  }
}

/** A reader that has seen enough (`| head`) ends the program without a message. */
function readerLeft(run: Run): Promise<number> {
  return new Promise((resolve) => {
    run.stdout.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EPIPE' ? run.exitCode : COULD_NOT_RUN)
    })
  })
}

function programFor(run: Run): Command {
  const program = new Command('mcp-request-context')
    .description('Validates MCP request contexts, and writes TypeScript types for the contexts that a server takes.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', PROGRAM_HELP)
    .configureOutput({
      writeOut: (text) => run.stdout.write(text),
      writeErr: (text) => run.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'mcp-request-context: ')),
    })
    .exitOverride()

  program
    .command('validate')
    .summary('validate JSON or JSON lines against a JSON Schema')
    .description('Validates JSON or JSON lines against a JSON Schema, and prints each issue.')
    .argument('<file>', 'the payload, or - to read stdin')
    .option('-s, --schema <name|path>', 'the name of a published schema, or the path of a schema file', 'context')
    .addOption(new Option('--json', 'the payload is one JSON value').conflicts('lines'))
    .option('--lines', 'the payload is JSON lines: one JSON value on each line')
    .option('--max-bytes <bytes>', 'the largest size of one JSON value', parseBytes, DEFAULT_MAX_BYTES)
    .addHelpText('after', VALIDATE_HELP)
    .action(async (file: string, { schema, json, lines, maxBytes }) => {
      await validate(file, { schema, format: json ? 'json' : lines ? 'lines' : 'auto', maxBytes }, run)
    })

  program
    .command('types')
    .summary('write a TypeScript declaration of a context')
    .description('Writes a TypeScript declaration of a context, from a JSON Schema or from a running server.')
    .argument('[source...]', 'a schema file, a published schema, a URL, or with --stdio the command of a server')
    .option('--stdio', 'start a server: write its command after --')
    .option('-H, --header <header>', "a header for the server, as 'Name: value'; repeatable", addHeader)
    .option('-k, --key <key>', 'the context key, if the server advertises several')
    .option('-n, --name <name>', 'the name of the type (default: the title of the schema)')
    .option(
      '-t, --timeout <seconds>',
      'how long to wait for the server, then for the declaration',
      parseSeconds,
      DEFAULT_SECONDS,
    )
    .option('-o, --out <file>', 'write to a file instead of stdout')
    .option('-f, --force', 'overwrite that file')
    .addHelpText('after', TYPES_HELP)
    .action((source: string[], options: TypesOptions) => types(source, options, run))

  program.command(WRITE_DECLARATION, { hidden: true }).action(() => writeDeclaration(run))
  return program
}

function parseBytes(text: string): number {
  const bytes = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (bytes >= 1 && bytes <= MAX_MAX_BYTES) return bytes
  throw new InvalidArgumentError(`Give a number of bytes from 1 to ${MAX_MAX_BYTES}.`)
}

function parseSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (seconds > 0 && seconds <= MAX_SECONDS) return seconds
  throw new InvalidArgumentError(`Give a number of seconds, at most ${MAX_SECONDS}.`)
}

/** Commander's own error would quote the value of a header, which may be a secret. */
function addHeader(text: string, headers: Headers = new Headers()): Headers {
  const colon = text.indexOf(':')
  try {
    headers.append(text.slice(0, Math.max(colon, 0)), text.slice(colon + 1).trim())
  } catch {
    throw new CannotRun("a --header is not valid: write it as --header 'Name: value'")
  }
  return headers
}

const PROGRAM_HELP = `
Examples:
  $ npx mcp-request-context validate context.json
  $ npx mcp-request-context types https://example.com/mcp --out context.d.ts

For the options of a command: mcp-request-context <command> --help

Exit codes:
  0  success
  1  the payload is invalid (validate)
  2  the command could not run: no such file, not JSON, unknown option, no answer ...`

const VALIDATE_HELP = () => `
Published schemas: ${publishedNames().join(', ')}.
A context must also keep limits that JSON Schema cannot state: 8192 bytes, 8 levels, and no member "__proto__".
A payload is JSON lines if its first line is a JSON value. JSON lines are read one at a time, so their number has no
limit. Your own schema may use JSON Schema 2020-12 or draft-07. Documents that it refers to are never fetched.

Each issue is one line of stdout, <file>:<line>: <JSON pointer>: <message>. It never shows a value of the payload:
  contexts.jsonl:17: /user/id: must be string

Examples:
  $ npx mcp-request-context validate context.json
  $ npx mcp-request-context validate captured.jsonl --schema request-meta
  $ npx mcp-request-context validate contexts.json --schema ./tenant.schema.json
  $ jq -c .params._meta traffic.jsonl | npx mcp-request-context validate - --schema request-meta --lines

Exit codes:
  0  every value is valid
  1  a value is invalid
  2  could not run: no such file, empty, not JSON, a value larger than --max-bytes, no usable schema`

const TYPES_HELP = () => `
A URL is the address of a server over Streamable HTTP. A server says which contexts it takes when a client connects.
Any other source is a JSON Schema: the path of a file, - for stdin, or the name of a published schema:
${publishedNames().join(', ')}.
What a server sends is checked before it is used. Documents that its schema refers to are never fetched.

Examples:
  $ npx mcp-request-context types ./tenant.schema.json > tenant.d.ts
  $ npx mcp-request-context types https://example.com/mcp --header "Authorization: Bearer $TOKEN" --out context.d.ts
  $ npx mcp-request-context types --stdio --key com.example/session -- node server.js

Exit codes:
  0  the declaration is written
  2  could not run: no schema, no answer, several contexts and no --key, the file already exists ...`
