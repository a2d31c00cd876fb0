import { publishedNames } from './package-files.js'

const EXIT_CODES = `
Exit codes:
  0  all is well
  1  the payload is invalid (validate)
  2  the command could not run: no such file, no JSON, no such option, no answer ...`

export const PROGRAM_HELP = `
Examples:
  $ npx mcp-request-context validate context.json
  $ npx mcp-request-context types https://example.com/mcp --out context.d.ts

mcp-request-context <command> --help says more.
${EXIT_CODES}`

export const VALIDATE_HELP = () => `
Published schemas: ${publishedNames().join(', ')}.
A context is also held to what JSON Schema cannot say: 8192 bytes, 8 levels, no "__proto__".
A payload whose first line is a JSON value of its own is JSON lines, which are read one at a time: it may be
of any length. A schema of yours is JSON Schema 2020-12 or draft-07; what it refers to is never fetched.

Each fault is one line of stdout, <file>:<line>: <JSON pointer>: <reason>, and never holds a value of the payload:
  contexts.jsonl:17: /user/id: must be string

Examples:
  $ npx mcp-request-context validate context.json
  $ npx mcp-request-context validate captured.jsonl --schema request-meta
  $ npx mcp-request-context validate contexts.json --schema ./tenant.schema.json
  $ jq -c .params._meta traffic.jsonl | npx mcp-request-context validate - --schema request-meta --lines

Exit codes:
  0  every value is valid
  1  a value is invalid
  2  could not run: no such file, empty, not JSON, a value of more than --max-bytes, no usable schema`

export const TYPES_HELP = () => `
A server says what context it takes when a client connects. A URL is that of a server over Streamable HTTP; anything
else is the path of a JSON Schema, - for stdin, or a published schema: ${publishedNames().join(', ')}.
What a server sends is checked before it is used, and nothing that it refers to is fetched.

Examples:
  $ npx mcp-request-context types ./tenant.schema.json > tenant.d.ts
  $ npx mcp-request-context types https://example.com/mcp --header "Authorization: Bearer $TOKEN" --out context.d.ts
  $ npx mcp-request-context types --stdio --key com.example/session -- node server.js

Exit codes:
  0  the declaration is written
  2  could not run: no schema, no answer, several contexts and no --key, the file is there already ...`
