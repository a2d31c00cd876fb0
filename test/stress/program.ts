// Runs a program of this folder: with a garbage collector to call, and not for longer than it may take.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** In one file each, which starts in half the time and stays as it is when a source is edited meanwhile. */
const PROGRAMS = path('../../build/stress/')
const built = build({
  entryPoints: { isolation: path('isolation/main.ts'), 'per-request': path('per-request.ts') },
  outdir: PROGRAMS,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
})

/** For how long a program that is to end by itself is waited for, in seconds. */
const GRACE = 15

/**
 * Runs a program, and returns the line of JSON that it answers with.
 *
 * @param limit seconds after which the program ends by itself; one that does not is killed soon after
 */
export async function runProgram<T>(
  name: 'isolation' | 'per-request',
  args: readonly string[],
  limit: number,
): Promise<T> {
  await built
  // The HTTP client of SDK 1 gathers abort listeners on Node 20, with this package or without it.
  const flags = ['--expose-gc', '--disable-warning=MaxListenersExceededWarning']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, `${PROGRAMS}${name}.mjs`, ...args], {
    timeout: (limit + GRACE) * 1000,
    killSignal: 'SIGKILL',
  })
  return JSON.parse(stdout) as T
}
