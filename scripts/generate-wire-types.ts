// Writes the wire types that src/ uses from the published JSON Schemas; with --check, only says whether they are stale.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compile, type JSONSchema } from 'json-schema-to-typescript'

const root = new URL('../', import.meta.url)
const target = new URL('src/wire/types.generated.ts', root)
// capability-settings brings header-binding along.
const schemas = ['context', 'error-data', 'capability-settings']

const parts = ['// Generated from schemas/ by `npm run generate`. Do not edit: change the schema.\n']
for (const name of schemas) {
  const schema = JSON.parse(await readFile(new URL(`schemas/${name}.schema.json`, root), 'utf8')) as JSONSchema
  parts.push(
    await compile(schema, name, {
      additionalProperties: false,
      bannerComment: '',
      cwd: fileURLToPath(new URL('schemas/', root)),
      declareExternallyReferenced: true,
      style: { semi: false, singleQuote: true, printWidth: 120 },
    }),
  )
}
const generated = parts.join('\n')

if (process.argv.includes('--check')) {
  const current = await readFile(target, 'utf8').catch(() => '')
  if (current !== generated) {
    console.error('src/wire/types.generated.ts is stale: run `npm run generate` and commit the result')
    process.exit(1)
  }
  console.log('src/wire/types.generated.ts is up to date')
} else {
  await writeFile(target, generated)
  console.log('wrote src/wire/types.generated.ts')
}
