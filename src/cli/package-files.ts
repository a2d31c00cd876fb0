import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ENDING = '.schema.json'

/** The package's own folder, for the built file in dist/ and for the source. */
const root = rootAbove(new URL('.', import.meta.url))

function rootAbove(folder: URL): URL {
  return existsSync(new URL('package.json', folder)) ? folder : rootAbove(new URL('..', folder))
}

/** The package's version. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version
}

/** The names of the published schemas, such as `context`. */
export function publishedNames(): string[] {
  return readdirSync(new URL('schemas/', root))
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort()
}

/** A published schema, by its name. */
export function publishedSchema(name: string): JsonSchema {
  return JSON.parse(readFileSync(new URL(`schemas/${name}${ENDING}`, root), 'utf8'))
}

/** The folder of the published schemas. */
export function schemasFolder(): string {
  return fileURLToPath(new URL('schemas/', root))
}

/** A JSON Schema document that is an object; nothing about it has been checked. */
export type JsonSchema = Record<string, unknown>
