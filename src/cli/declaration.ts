import { printable } from '../shared/printable.js'
import { CannotRun, print, type Run, reasonOf } from './io.js'
import { readDocument } from './payload.js'
import { compileSchema, type JsonSchema, refersElsewhere } from './schemas.js'

/** What a declaration is written from. */
export interface DeclarationRequest {
  /** What messages call the schema. */
  readonly name: string
  readonly schema: JsonSchema
  /** The name of the type: letters, the first a capital, then digits. */
  readonly typeName: string
  /** The folder of the files that the schema may refer to. Without it, the schema may refer to none. */
  readonly folder?: string | undefined
}

type DeclarationAnswer = { readonly declaration: string } | { readonly reason: string }

/** The command, not for users, with which the program runs itself to write a declaration. */
export const WRITE_DECLARATION = 'write-declaration'

const MAX_REQUEST_BYTES = 16 * 1024 * 1024

/**
 * Writes the TypeScript declaration of a schema. A small schema can describe huge types, so another process does the
 * work, with a limit for its time and its memory.
 *
 * @throws CannotRun if none can be written
 */
export async function declarationOf(request: DeclarationRequest, milliseconds: number, run: Run): Promise<string> {
  const answer = await run.runAgain(WRITE_DECLARATION, JSON.stringify(request), milliseconds).then(
    (output): DeclarationAnswer => JSON.parse(output),
    (error): DeclarationAnswer => ({ reason: reasonOfExit(error) }),
  )
  if ('declaration' in answer) return answer.declaration
  throw new CannotRun(`no declaration can be written from ${request.name}: ${answer.reason}`)
}

function reasonOfExit(error: Error & { code?: unknown; killed?: boolean; signal?: unknown }): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'its types are too large'
  if (error.killed) return 'it took too long; allow more with --timeout'
  return error.signal || typeof error.code === 'number' ? 'its types are too large' : reasonOf(error)
}

/** The other process: reads a request from stdin and writes the answer to stdout. */
export async function writeDeclaration(run: Run): Promise<void> {
  const request = (await readDocument('-', MAX_REQUEST_BYTES, run)) as DeclarationRequest
  const answer = await generate(request).then(
    (declaration): DeclarationAnswer => ({ declaration }),
    (error): DeclarationAnswer => ({ reason: reasonOf(error) }),
  )
  await print(run, JSON.stringify(answer))
}

/** Private-use characters. One that the schema does not hold replaces each comment end in it for a while. */
const PLACEHOLDERS = Array.from({ length: 64 }, (_, index) => String.fromCharCode(0xe000 + index))

/** A comment end in the schema comes out as `*\/`. It ends no comment, and in a string literal it is the same text. */
async function generate({ name, schema, typeName, folder }: DeclarationRequest): Promise<string> {
  await compileSchema({ name, schema })
  const { compile } = await import('json-schema-to-typescript')
  const text = JSON.stringify({ ...schema, title: typeName })
  const placeholder = PLACEHOLDERS.find((character) => !text.includes(character))
  if (placeholder === undefined) throw new Error('it uses all of the private-use characters U+E000 to U+E03F')
  const declaration = await compile(JSON.parse(text.replaceAll('*/', placeholder)), typeName, {
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    cwd: folder ?? '/',
    $refOptions: { resolve: folder === undefined ? { external: false, file: false, http: false } : { http: false } },
  })
  return indent(declaration.replaceAll(placeholder, '*\\/'))
}

/**
 * Indents declarations in which every brace that spans lines ends a line or starts one. Control, format and bidirectional
 * characters come out as `\u{202e}`: text in a comment, and the same character in a string literal.
 */
function indent(declarations: string): string {
  let depth = 0
  const lines = declarations
    .trim()
    .split(/\r?\n/)
    .map((raw) => {
      const line = printable(raw)
      const isComment = /^(\/\*\*| \*)/.test(line)
      if (!isComment && line.startsWith('}')) depth--
      const indented = line === '' ? '' : '  '.repeat(Math.max(depth, 0)) + line.trimEnd()
      if (!isComment && line.endsWith('{')) depth++
      return indented
    })
  return `${lines.join('\n')}\n`
}

/** Keywords that put TypeScript of the schema's own, or names for it, into a declaration. */
const CODE_KEYWORDS: readonly string[] = ['tsType', 'tsEnumNames']

/** Keywords whose value holds subschemas by name. These names are not keywords. */
const NAMED_SCHEMAS: readonly string[] = [
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
]

const REFERENCES: readonly string[] = ['$ref', '$dynamicRef', '$recursiveRef']

/**
 * Copies an untrusted schema without what is dangerous in a declaration: the keywords that carry code.
 *
 * @param allowed the documents that it may refer to
 * @throws CannotRun for a reference to any other document
 * @throws RangeError for a schema that is nested some thousands of levels deep
 */
export function sanitizeSchema(schema: JsonSchema, name: string, allowed: readonly string[] = []): JsonSchema {
  const copy = (value: unknown, isNamed: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => copy(item, false))
    if (typeof value !== 'object' || value === null) return value
    const kept: JsonSchema = {}
    for (const [key, member] of Object.entries(value)) {
      // A member of this name would set the prototype of the copy.
      if (key === '__proto__' || (!isNamed && CODE_KEYWORDS.includes(key))) continue
      if (typeof member === 'string' && REFERENCES.includes(key)) {
        if (!member.startsWith('#') && !allowed.includes(member)) throw refersElsewhere(name, member)
      }
      kept[key] = copy(member, !isNamed && NAMED_SCHEMAS.includes(key))
    }
    return kept
  }
  return copy(schema, false) as JsonSchema
}
