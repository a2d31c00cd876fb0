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

/** Whether a program type-checks that has a declaration, and `code` that uses it. */
export function typeChecks(declaration: string, code: string): boolean {
  const source = ts.createSourceFile('/use.ts', `${declaration}\n${code}`, ts.ScriptTarget.Latest, true)
  const options = { noEmit: true, strict: true, noLib: false, types: [], target: ts.ScriptTarget.ES2022 }
  const host = ts.createCompilerHost(options)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (name, ...rest) => (name === '/use.ts' ? source : getSourceFile(name, ...rest))
  return ts.getPreEmitDiagnostics(ts.createProgram(['/use.ts'], options, host)).length === 0
}
