// The public API with its types, entry by entry: written to docs/api/, or, with --check, compared with what stands there.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig, type ExtractorLogLevel } from '@microsoft/api-extractor'

const ENTRIES = ['index', 'client', 'server', 'http', 'testing']

const root = fileURLToPath(new URL('../', import.meta.url))
const check = process.argv.includes('--check')
const temporary = mkdtempSync(join(tmpdir(), 'api-report-'))

/** Whether an entry's report is, or was made, what its declarations say. */
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
        // Types that the API is made of and that no entry exports.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'none' as ExtractorLogLevel },
        },
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
    console.error(`docs/api: the public API of ${changed.join(', ')} is not what is written there.`)
    console.error('If it should be: npm run api, look at the difference, and add an entry to CHANGELOG.md.')
    process.exitCode = 1
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
