// Programs of this repository as processes of their own, which end with the test.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { path } from './markdown.js'

/** The arguments with which `node` runs a TypeScript program of this repository. */
export function nodeArgs(program: string, ...args: string[]): string[] {
  return ['--import', import.meta.resolve('tsx'), path(program), ...args]
}

/** Starts a program that prints one line when it is ready, and gives that line. */
export async function startProgram(program: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, nodeArgs(program, ...args), { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill())
  return firstLine(child)
}

/** The first line that a process prints; an error where it ends without one. */
export async function firstLine(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the process ended and printed nothing')
}
