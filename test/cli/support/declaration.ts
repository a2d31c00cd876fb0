// What a TypeScript declaration holds, as the compiler reads it.
import ts from 'typescript'

/** The names that a text declares. Fails for text that is anything but TypeScript types. */
export function declaredIn(text: string): string[] {
  const file = ts.createSourceFile('declared.d.ts', text, ts.ScriptTarget.Latest, true)
  const errors = (file as unknown as { parseDiagnostics: ts.Diagnostic[] }).parseDiagnostics
  if (errors.length > 0) throw new Error(`not TypeScript: ${errors.map(({ messageText }) => messageText)}\n${text}`)
  return file.statements.map((statement) => {
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return statement.name.text
    throw new Error(`not a type: ${statement.getText()}`)
  })
}

/** The types that the compiler needs. TypeScript's own library takes seconds to check. */
const GLOBALS = [
  'interface Array<T> { readonly length: number; [index: number]: T }',
  ...['Boolean', 'CallableFunction', 'Function', 'IArguments', 'NewableFunction', 'Number', 'Object', 'RegExp'].map(
    (name) => `interface ${name} {}`,
  ),
  'interface String {}',
].join('\n')

/** Whether a program type-checks that has a declaration, and `code` that uses it. */
export function typeChecks(declaration: string, code: string): boolean {
  const files = new Map(
    Object.entries({ '/globals.d.ts': GLOBALS, '/use.ts': `${declaration}\n${code}` }).map(([name, text]) => [
      name,
      ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true),
    ]),
  )
  const options = { noEmit: true, strict: true, noLib: true, types: [] }
  const host = { ...ts.createCompilerHost(options), getSourceFile: (name: string) => files.get(name) }
  return ts.getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host)).length === 0
}
