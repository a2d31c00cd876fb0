// docs/http-bridge.md, taken apart for the tests that run it.
import { readFile } from 'node:fs/promises'
import { blocksOf, named, path } from '../support/markdown.js'

export const document = await readFile(path('docs/http-bridge.md'), 'utf8')
export const blocks = blocksOf(document)
export const programs = named(blocks, 'ts')
export const snippets = blocks.filter(({ info }) => info === 'ts').map(({ text }) => text)

/** A configuration of the document. */
export function configuration(language: string, name: string): string {
  const text = named(blocks, language).get(name)
  if (text === undefined) throw new Error(`docs/http-bridge.md has no ${language} block ${name}`)
  return text
}

/** The rows of the table that has a column of this name, each cell by the name of its column. */
export function tableWith(column: string): Record<string, string>[] {
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const lines = document.split('\n')
  const start = lines.findIndex((line) => line.startsWith('| ') && cells(line).includes(column))
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  const [names = [], , ...rows] = lines.slice(start, start + length).map(cells)
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])))
}
