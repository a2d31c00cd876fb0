// The programs of docs/http-bridge.md as processes, on ports that are free.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { output, programFolder, runOptions } from '../support/markdown.js'
import { isListening } from '../support/processes.js'
import { programs } from './document.js'

export interface Program {
  stop(): Promise<void>
}

/** A folder of the document's programs, and of more, with other ports than the document's. */
export function folderWith(
  ports: Record<3001 | 3002 | 8080, string | undefined>,
  more: Record<string, string> = {},
): Promise<string> {
  const moved = (text: string) =>
    text.replaceAll(/\b(?:3001|3002|8080)\b/g, (port) => ports[Number(port) as 8080] ?? '')
  const files = [...programs, ...Object.entries(more)].map(([name, text]) => [name, moved(text)] as [string, string])
  return programFolder('gateways-', [...files, ['package.json', '{ "type": "module" }']])
}

const NAMES = `
import { callContext, gatewayContext } from './context.js'
const [call, gateway] = [callContext, gatewayContext].map(({ headers }) => headers.map(({ name }) => name.toLowerCase()))
console.log(JSON.stringify({ call, gateway }))
`

/** The headers that the document's definitions are bound to, in lower case. */
export async function boundHeaders(): Promise<{ call: string[]; gateway: string[] }> {
  const folder = await programFolder('bindings-', [
    ['context.ts', programs.get('context.ts') ?? ''],
    ['names.ts', NAMES],
    ['package.json', '{ "type": "module" }'],
  ])
  try {
    return JSON.parse(await output(folder, 'names.ts'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Starts a program of a folder, and waits until it listens. */
export async function start(folder: string, name: string, port: string): Promise<Program> {
  const { cwd, env } = runOptions(folder)
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  const child = spawn(process.execPath, ['--import', 'tsx', name], {
    cwd,
    env: { ...env, PORT: port },
    stdio: [...stdio],
  })
  let complaints = ''
  child.stderr?.on('data', (chunk) => {
    complaints += chunk
  })
  const ended = once(child, 'exit')
  while (!(await isListening(Number(port)))) {
    if (child.exitCode !== null) throw new Error(`${name} does not listen: ${complaints}`)
    await sleep(50)
  }
  return {
    async stop() {
      child.kill()
      await ended
    },
  }
}
