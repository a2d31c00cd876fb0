// Writes the TypeScript types of what travels, generated from schemas/. With --check, it fails where they are out of date.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compile, type JSONSchema } from 'json-schema-to-typescript'

const OUTPUT = 'src/wire/types.generated.ts'

/** Schemas that src/ uses types of. They bring those along that they refer to: header-binding is one. */
const SCHEMAS = ['context', 'error-data', 'capability-settings']

const root = fileURLToPath(new URL('../', import.meta.url))

/**
 * The type of an open list, `anyOf` an enum or any string, is its known values: what this package writes, and what it makes
 * of what it reads.
 */
function knownOfOpenList(_name: string, value: { anyOf?: { enum?: unknown[]; type?: string }[] } | null): unknown {
  const [known, other] = value?.anyOf ?? []
  if (known?.enum === undefined || other?.type !== 'string') return value
  const { anyOf, ...rest } = value as object & { anyOf: unknown }
  return { ...rest, ...known }
}

async function typesOf(name: string): Promise<string> {
  const schema: JSONSchema = JSON.parse(await readFile(`${root}schemas/${name}.schema.json`, 'utf8'), knownOfOpenList)
  return compile(schema, name, {
    additionalProperties: false,
    bannerComment: '',
    cwd: `${root}schemas/`,
    declareExternallyReferenced: true,
    style: { semi: false, singleQuote: true, printWidth: 120 },
  })
}

const banner = '// Generated from schemas/ by `npm run generate`. Do not edit: change the schema.\n'
const generated = [banner, ...(await Promise.all(SCHEMAS.map(typesOf)))].join('\n')

if (!process.argv.includes('--check')) {
  await writeFile(root + OUTPUT, generated)
  console.log(`wrote ${OUTPUT}`)
} else if ((await readFile(root + OUTPUT, 'utf8').catch(() => '')) === generated) {
  console.log(`${OUTPUT} is up to date`)
} else {
  console.error(`${OUTPUT} is out of date: run \`npm run generate\` and commit the result`)
  process.exitCode = 1
}
