// Fuzzing: runs the property tests for longer, with other input. `npm run fuzz -- SECONDS [TEST FILE...]`; by default 60
// seconds and every test file that has a property. FUZZ_SEED=1 chooses the input; without it, each run takes another seed.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A property calls `runs()` of test/hostile/values.ts, which reads the environment variables set below. */
const PROPERTY = /\bruns\(/g

const root = fileURLToPath(new URL('../', import.meta.url))
const [seconds = '60', ...chosen] = process.argv.slice(2)
if (!(Number(seconds) > 0))
  throw new Error(`usage: fuzz.ts SECONDS [TEST FILE...]; ${seconds} is not a number of seconds`)
const seed = process.env.FUZZ_SEED ?? `${Date.now() % 2 ** 31}`

const propertiesIn = (file: string) => (readFileSync(`${root}${file}`, 'utf8').match(PROPERTY) ?? []).length
const files = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file}`)
  .filter((file) => propertiesIn(file) > 0 && (chosen.length === 0 || chosen.some((part) => file.includes(part))))
const properties = files.reduce((sum, file) => sum + propertiesIn(file), 0)
if (properties === 0) throw new Error(`no test file with a property matches ${chosen.join(', ')}`)

const milliseconds = Math.ceil((Number(seconds) * 1000) / properties)
console.log(`${properties} properties in ${files.length} files, ${milliseconds} ms each, seed ${seed}`)
const { status } = spawnSync(
  process.execPath,
  // A failing property is also given time to find a smaller input that fails.
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--typecheck.enabled=false',
    `--testTimeout=${milliseconds + 60_000}`,
    ...files,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FUZZ_SEED: seed, FUZZ_MILLISECONDS: `${milliseconds}` } },
)
if (status !== 0) {
  console.error(`\nTo run it again: FUZZ_SEED=${seed} npm run fuzz -- ${[seconds, ...chosen].join(' ')}`)
  console.error('Keep an input that failed: add it to `examples` of its property (the second argument of fc.assert).')
}
process.exit(status ?? 1)
