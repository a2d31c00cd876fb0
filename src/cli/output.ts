import { once } from 'node:events'

/** Writes to stdout, and waits while its reader is behind: what is written never piles up in memory. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** A reader that has seen enough (`| head`) ends the program without a word, with the exit code that it has come to. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? (process.exitCode ?? 0) : 2)
  })
}

/** Ends the program once all that was written has left, whatever a server or a pipe still holds open. */
export async function exit(code: number): Promise<void> {
  process.exitCode = code
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(code)
}
