import { decodeContext } from '../codec/codec.js'
import { defineContext } from '../definition/define-context.js'
import { getOwn } from '../shared/get-own.js'
import { printable } from '../shared/printable.js'
import { CONTEXT_META_KEY } from '../wire/constants.js'
import { print, type Run } from './io.js'
import { findPlaces, pointerTo } from './json-text.js'
import { type PayloadOptions, readPayload } from './payload.js'
import { compileSchema, findSchema, type Issue } from './schemas.js'

export interface ValidateOptions extends Omit<PayloadOptions, 'advice'> {
  /** The name of a published schema, or the path of a schema file. */
  readonly schema: string
}

interface PlacedIssue extends Issue {
  /** The line within the text of the value, from 1. */
  readonly line: number
}

/** More issues than this of one value are counted, not listed. */
const MAX_LISTED = 100

const ADVICE = 'allow more with --max-bytes, or give JSON lines, which are read one at a time'

/**
 * Validates each value of a payload. Prints a line for each issue, then a summary. The run's exit code becomes 1 at
 * the first issue.
 *
 * @param source the path of a file, or `-` for stdin
 * @throws CannotRun if the schema or the payload cannot be used
 */
export async function validate(source: string, options: ValidateOptions, run: Run): Promise<void> {
  const schema = await findSchema(options.schema, run)
  const check = await compileSchema(schema)
  const issuesIn = async (text: string, value: unknown): Promise<PlacedIssue[]> => {
    try {
      const found = check(value)
      const more = schema.published ? await contextIssues(schema.name, value, found) : []
      return place(text, value, [...found, ...more])
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return [{ line: 1, pointer: '', message: 'is nested too deeply to be checked' }]
    }
  }
  const name = printable(source)
  let values = 0
  let invalid = 0
  let total = 0
  for await (const item of readPayload(source, { ...options, advice: ADVICE }, run)) {
    values++
    const issues =
      item.issue === undefined ? await issuesIn(item.text, item.value) : [{ line: 1, pointer: '', message: item.issue }]
    if (issues.length === 0) continue
    run.exitCode = 1
    invalid++
    total += issues.length
    for (const { line, pointer, message } of issues.slice(0, MAX_LISTED)) {
      await print(run, `${name}:${item.line + line - 1}: ${printable(`${pointer}: ${message}`)}\n`)
    }
    const more = issues.length - MAX_LISTED
    if (more > 0) await print(run, `${name}:${item.line}: : ${more} more issues in this value\n`)
  }
  const result = invalid === 0 ? 'valid:' : `invalid: ${count(total, 'issue')} in ${invalid} of`
  await print(run, `${result} ${count(values, 'value')} (schema ${printable(schema.name)})\n`)
}

/** Adds the line of each issue, and an issue for each duplicate member name, in the order of the lines. */
function place(text: string, value: unknown, issues: readonly Issue[]): PlacedIssue[] {
  // A fast check for the normal case: text that JSON.stringify gives back has no duplicate names.
  if (issues.length === 0 && JSON.stringify(value) === text) return []
  const pointers = issues.map(({ pointer }) => pointer)
  const { lines, duplicates } = findPlaces(text, pointers)
  return [
    ...issues.map((issue) => ({ ...issue, line: lines.get(issue.pointer) ?? 1 })),
    ...duplicates.map((duplicate) => ({ ...duplicate, message: 'is a duplicate: its object already has this name' })),
  ].sort((one, other) => one.line - other.line)
}

/** Accepts every context that is within the default limits. */
const anyContext = defineContext({
  schema: { '~standard': { version: 1, vendor: 'mcp-request-context', validate: (value: unknown) => ({ value }) } },
})

/** The published schemas whose values hold a context, and the path to it. */
const CONTEXT_PATHS: Readonly<Record<string, readonly string[]>> = { context: [], 'request-meta': [CONTEXT_META_KEY] }

/**
 * Finds what JSON Schema cannot state: the size and depth of a context, and names that no object in it may have. The
 * library's own check decides, so that both agree.
 *
 * @param found the issues that the schema `published` has found; they are not repeated
 */
async function contextIssues(published: string, value: unknown, found: readonly Issue[]): Promise<Issue[]> {
  const path = getOwn(CONTEXT_PATHS, published) as readonly string[] | undefined
  const context = path?.reduce<unknown>((object, name) => getOwn(object, name), value)
  if (path === undefined || context === undefined) return []
  const root = pointerTo(path)
  const decoded = await decodeContext(anyContext, withoutFound(context, root, found))
  if (decoded.ok) return []
  return decoded.rejection.issues
    .filter((issue) => {
      if (issue.path.length > 0) return true
      // The schema has found everything that is wrong with the context as a whole, except its size in bytes.
      return decoded.rejection.reason === 'invalid'
        ? found.length === 0
        : !found.some(({ pointer }) => pointer === root)
    })
    .map((issue) => ({ pointer: pointerTo([...path, ...issue.path]), message: issue.message }))
}

/** Leaves out the fields that have an issue already: the library stops at its first issue, and would miss the others. */
function withoutFound(context: unknown, root: string, found: readonly Issue[]): unknown {
  if (found.length === 0 || typeof context !== 'object' || context === null || Array.isArray(context)) return context
  const pointers = new Set(found.map(({ pointer }) => pointer))
  return Object.fromEntries(Object.entries(context).filter(([name]) => !pointers.has(root + pointerTo([name]))))
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
