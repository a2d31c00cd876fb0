// Writes the public API of each entry, with its types, to docs/api/. With --check, it fails where that has changed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig, type ExtractorLogLevel } from '@microsoft/api-extractor'

const ENTRIES = ['index', 'client', 'server', 'http', 'testing']

const root = fileURLToPath(new URL('../', import.meta.url))
const check = process.argv.includes('--check')
const temporary = mkdtempSync(join(tmpdir(), 'api-report-'))

/** Writes the report of an entry, or checks it. Returns false where the declarations have errors, or the report changed. */
function report(entry: string): boolean {
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, `dist/${entry}.d.ts`),
      compiler: {
        overrideTsconfig: {
          compilerOptions: { target: 'es2022', module: 'nodenext', strict: true, types: ['node'], skipLibCheck: true },
          files: [join(root, `dist/${entry}.d.ts`)],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${entry}.api.md`,
        reportFolder: join(root, 'docs/api'),
        reportTempFolder: temporary,
        // Also show types that the API uses and no entry exports.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: 'none' as ExtractorLogLevel } },
        tsdocMessageReporting: { default: { logLevel: 'none' as ExtractorLogLevel } },
        compilerMessageReporting: { default: { logLevel: 'error' as ExtractorLogLevel } },
      },
    },
  })
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    localBuild: !check,
    messageCallback: (message) => {
      message.handled = message.logLevel !== 'error'
    },
  })
  return errorCount === 0 && !(check && apiReportChanged)
}

try {
  const changed = ENTRIES.filter((entry) => !report(entry))
  if (changed.length > 0) {
    console.error(`docs/api is out of date for ${changed.join(', ')}.`)
    console.error('If you meant to change the API: npm run api, read the diff, and add an entry to CHANGELOG.md.')
    process.exitCode = 1
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
