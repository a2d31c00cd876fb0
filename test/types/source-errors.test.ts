// What the compiler says to a source with a misspelt field: the first line of the error names the field.
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const FILE = `${root}test/types/misspelt.ts`

const BEGIN = `
import { Client } from '@modelcontextprotocol/client'
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { z } from 'zod'
const definition = defineContext({ schema: z.object({ tenant: z.string(), token: z.string().optional() }) })
const client = createContextClient(new Client({ name: 'test', version: '1.0.0' }), definition)
`

const LONG = `client.withContext(async ({ method }) => {
  const response = await fetch('https://id.example.com/token')
  const answer: { access_token: string; scope: string; expires_in: number } = await response.json()
  if (method === 'ping') return undefined
  return { tenant: answer.scope, token: answer.access_token, tennant: 'acme' }
})`

/** The first line of each error, by the statements after the beginning. */
function firstLines(statements: readonly string[]): string[] {
  const text = BEGIN + statements.join('\n')
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    root,
  )
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => name === FILE || fileExists(name)
  host.getSourceFile = (name, version, ...rest) =>
    name === FILE ? ts.createSourceFile(name, text, version) : getSourceFile(name, version, ...rest)
  const program = ts.createProgram([FILE], options, host)
  return program
    .getSemanticDiagnostics(program.getSourceFile(FILE))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0] as string)
}

test('a misspelt field of a source function is named in the first line of the error, which stays short', () => {
  const lines = firstLines([
    "client.withContext(() => ({ tenant: 'acme', tokn: 'x' }))",
    LONG,
    "createContextClient(client, definition, { context: async () => ({ tenant: 'acme', tokn: 'x' }) })",
    "client.withContext(() => ({ tenat: 'acme' }))",
  ])
  expect(lines).toEqual([
    expect.stringContaining('the definition has no field \\"tokn\\"'),
    expect.stringContaining('the definition has no field \\"tennant\\"'),
    expect.stringContaining('the definition has no field \\"tokn\\"'),
    expect.stringContaining('{ tenat: string; }'),
  ])
  for (const line of lines) expect(line.length).toBeLessThan(300)
})
