import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { defineConfig } from 'tsup'

const CLI = 'cli'
const OUT = 'dist'

/** Where a bundled file's package starts: the last node_modules folder of its path, and a name with its scope. */
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//

/** Writes the licences of the packages that are bundled next to the bundle: their texts must travel with their code. */
const bundledLicences: Plugin = {
  name: 'bundled-licences',
  setup(build) {
    build.initialOptions.metafile = true
    build.onEnd(({ metafile }) => {
      const inputs = Object.keys(metafile?.inputs ?? {})
      const folders = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[1] ?? []))
      const licences = [...folders].sort().map(licenceOf)
      writeFileSync(join(OUT, `${CLI}.LICENSES.txt`), `${CLI}.js holds these packages.\n\n${licences.join('\n')}`)
    })
  },
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file))
  if (files.length === 0 && !license) throw new Error(`${folder} is bundled and has no licence`)
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim())
  return [`${'='.repeat(80)}\n${name} ${version} (${license})`, ...texts, ''].join('\n\n')
}

/** The parts of bundled packages that the command never calls are left out. */
const unused: Plugin = {
  name: 'unused',
  setup(build) {
    build.onResolve({ filter: /^(prettier|cli-color)$/ }, ({ path }) => ({ path, namespace: 'unused' }))
    build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {}' }))
  },
}

export default defineConfig([
  {
    entry: {
      index: 'src/index.ts',
      client: 'src/client/index.ts',
      server: 'src/server/index.ts',
      http: 'src/http/index.ts',
      testing: 'src/testing/index.ts',
    },
    format: ['esm', 'cjs'],
    target: 'es2022',
    platform: 'neutral',
    external: ['node:async_hooks'],
    // Deno and Workers know Node's modules by this name alone.
    removeNodeProtocol: false,
    splitting: true,
    dts: true,
    // The other build writes into the same folder at the same time.
    clean: [`!${CLI}.*`],
    sourcemap: false,
  },
  {
    entry: { [CLI]: 'src/cli/main.ts' },
    format: 'esm',
    target: 'node20',
    platform: 'node',
    // One file that needs no package: the library has no dependencies.
    noExternal: [/.*/],
    splitting: false,
    dts: false,
    clean: false,
    sourcemap: false,
    minify: true,
    // The main entry of jsonc-parser cannot be bundled.
    esbuildOptions(options) {
      options.alias = { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' }
    },
    esbuildPlugins: [unused, bundledLicences],
    // CommonJS packages in an ES module. The name is one that no source file imports.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
    },
  },
])
