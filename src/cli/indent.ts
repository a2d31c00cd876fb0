/** Indents TypeScript declarations whose every brace that spans lines ends a line or starts one. */
export function indent(declarations: string): string {
  let depth = 0
  const lines = declarations
    .trim()
    .split('\n')
    .map((line) => {
      const isComment = /^(\/\*\*| \*)/.test(line)
      if (!isComment && line.startsWith('}')) depth--
      const indented = line === '' ? '' : '  '.repeat(Math.max(depth, 0)) + line.trimEnd()
      if (!isComment && line.endsWith('{')) depth++
      return indented
    })
  return `${lines.join('\n')}\n`
}
