import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A temporary folder for one test file. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'mcp-request-context-cli-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return {
    path: (name: string) => join(path, name),
    /** Writes a file: text and bytes as they are, any other value as JSON. */
    write(name: string, content: unknown): string {
      const file = join(path, name)
      const isRaw = typeof content === 'string' || Buffer.isBuffer(content)
      writeFileSync(file, isRaw ? content : JSON.stringify(content))
      return file
    },
  }
}
