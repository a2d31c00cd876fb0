import { existsSync } from 'node:fs'
import { describe, it } from 'vitest'

const PROGRAMS = { nginx: '/usr/sbin/nginx', chromium: '/usr/bin/chromium' } as const

export type Program = keyof typeof PROGRAMS

/** Where Debian's package puts a program. */
export function pathOf(program: Program): string {
  return PROGRAMS[program]
}

/**
 * Tests that need a program which npm does not install. Without it they are said, loudly, not to have run; in CI, which
 * installs it, that is a failure.
 */
export function describeWith(program: Program, name: string, tests: () => void): void {
  if (existsSync(pathOf(program))) {
    describe(name, tests)
    return
  }
  const complaint = `DID NOT RUN: ${name}. It needs ${pathOf(program)}: apt-get install ${program}`
  if (process.env.CI) {
    describe(name, () => {
      it(`needs ${program}`, () => {
        throw new Error(complaint)
      })
    })
    return
  }
  process.stderr.write(`\n!!! ${complaint}\n\n`)
  describe.skip(name, tests)
}
