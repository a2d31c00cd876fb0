import { execFile } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Cell, locked } from './versions.js'

const consumers = fileURLToPath(new URL('./consumers/', import.meta.url))

/** What became of each claim: `holds`, or what is wrong. */
export type Report = Record<string, string>

/** Runs a command to its end; what it printed is in the error of one that fails. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd, maxBuffer: 1e8 })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`)
  }
}

/** An empty project with the tarball and one version of the SDK, as a user would install them. */
export class Project {
  readonly #folder: string
  readonly #cell: Cell

  constructor(parent: string, cell: Cell) {
    this.#folder = join(parent, cell.version)
    this.#cell = cell
  }

  async install(tarball: string, ...options: string[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await writeFile(join(this.#folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }')
    const packages = [tarball, ...this.#cell.packages, ...['typescript', '@types/node'].map((n) => `${n}@${locked(n)}`)]
    await run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...options, ...packages],
      this.#folder,
    )
  }

  /** Compiles the programs, and checks them against the SDK's own types unless that is not asked for. */
  async compile({ check }: { check: boolean }): Promise<void> {
    const { major, programs, completeTypes } = this.#cell
    const names = [...programs, `sdk${major}-stdio`, `types${major}`]
    const compilerOptions = {
      strict: true,
      noCheck: !check,
      skipLibCheck: !completeTypes,
      target: 'es2023',
      module: 'nodenext',
      types: ['node'],
    }
    await cp(consumers, this.#folder, { recursive: true })
    const tsconfig = { compilerOptions, files: names.map((name) => `${name}.ts`) }
    await writeFile(join(this.#folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    await run('npx', ['tsc', '-p', '.'], this.#folder)
  }

  /** Runs the programs. */
  async check(): Promise<Report> {
    const report: Report = {}
    for (const program of this.#cell.programs) {
      Object.assign(report, JSON.parse(await run(process.execPath, [`${program}.js`], this.#folder)))
    }
    return report
  }
}
