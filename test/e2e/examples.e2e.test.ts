// Each example is started as its README says, on a port of its own, spoken to, and told to end.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { contextErrorFrom } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { expect, onTestFinished, test } from 'vitest'
import { callContext } from '../../examples/context.js'
import { httpTransport } from '../support/http.js'
import { blocksOf, path } from '../support/markdown.js'
import { freePort } from '../support/processes.js'
import { type Major, MODERN, newClient } from '../support/sdk.js'

const readme = await readFile(path('examples/README.md'), 'utf8')
const folders = (await readdir(path('examples'), { withFileTypes: true })).filter((entry) => entry.isDirectory())

/** Runs a program of the examples, no longer than the test runs. */
function run(program: string, port: number) {
  const env = { ...process.env, PORT: String(port), FORCE_COLOR: '0' }
  const child = spawn(process.execPath, ['--import', 'tsx', `examples/${program}`], { cwd: path('.'), env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      printed[name] += chunk
    })
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr: printed.stderr }))
  return { child, printed, ended }
}

/** Starts an example, and waits until it says where it is. */
async function start(name: string) {
  const port = await freePort()
  const { child, printed, ended } = run(`${name}/main.ts`, port)
  const line = () => printed.stdout.split('\n')[0] ?? ''
  while (!printed.stdout.includes('\n')) {
    if (child.exitCode !== null) throw new Error(`${name} does not start: ${printed.stderr}`)
    await sleep(50)
  }
  expect(line()).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/\\S*$`))
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return Promise.race([ended, sleep(60_000, 'still runs a minute later', { ref: false })])
  }
  return { url: new URL(line()), port, stop }
}

const ENDED = { code: 0, stderr: '' }

async function connected(major: Major, url: URL, options: object = {}) {
  const client = newClient(major, options)
  await client.connect(httpTransport(major, url))
  onTestFinished(() => client.close())
  return createContextClient(client, callContext)
}

const USERS = [
  { tenant: 'acme', locale: 'fr', token: 'TOKEN_1' },
  { tenant: 'globex', token: 'TOKEN_2' },
  { tenant: 'initech', locale: 'de', token: 'TOKEN_3' },
] as const

type User = (typeof USERS)[number]

/** What `whoami` answers to each of many overlapping calls, beside who made it. */
function whoami(client: Awaited<ReturnType<typeof connected>>) {
  const users = Array.from({ length: 30 }, (_, index) => USERS[index % USERS.length] as User)
  const calls = users.map(async (user) => {
    const { content } = await client.withContext(user).callTool({ name: 'whoami' })
    return { user, answer: content[0]?.text ?? '' }
  })
  return Promise.all(calls)
}

const answerTo = (user: User) => `${user.tenant} ${'locale' in user ? user.locale : 'en'}`

test.each<[name: string, signal: NodeJS.Signals]>([
  ['express', 'SIGTERM'],
  ['hono', 'SIGINT'],
  ['hono-sdk2', 'SIGTERM'],
  ['node', 'SIGINT'],
  ['web-standard', 'SIGTERM'],
  ['fastmcp', 'SIGINT'],
])('%s: each call gets its own context, none gets none, and the server ends on %s', async (name, signal) => {
  const { url, stop } = await start(name)
  const clients = [await connected(1, url), await connected(2, url), await connected(2, url, MODERN)]
  const runs = await Promise.all(clients.map(whoami))
  for (const { user, answer } of runs.flat()) expect(answer).toBe(answerTo(user))
  for (const client of clients) {
    const refused = await client.callTool({ name: 'whoami' }).catch(contextErrorFrom)
    expect(refused).toMatchObject({ code: 'missing' })
  }
  expect(await stop(signal)).toEqual(ENDED)
})

test('gateway: the tenant and the locale of each call go on, and its token does not', async () => {
  const { url, stop } = await start('gateway')
  const clients = [await connected(1, url), await connected(2, url, MODERN)]
  const runs = await Promise.all(clients.map(whoami))
  for (const { user, answer } of runs.flat()) {
    const { token, ...passedOn } = user
    expect(JSON.parse(answer)).toMatchObject({ [callContext.key]: passedOn })
    expect(Object.keys(JSON.parse(answer)[callContext.key])).toEqual(Object.keys(passedOn))
    expect(answer).not.toContain('TOKEN')
  }
  expect(await stop('SIGTERM')).toEqual(ENDED)
})

test('ai-sdk: users who share the client get their own answers, and strangers none', async () => {
  const { url, stop } = await start('ai-sdk')
  const ask = async (session: string) => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${session}` } })
    return response.ok ? JSON.parse(await response.text()).content[0].text : response.status
  }
  const sessions = Array.from({ length: 30 }, (_, index) => `SESSION_${1 + (index % 3)}`)
  const answers = await Promise.all(sessions.map(ask))
  expect(answers).toEqual(Array(10).fill(['acme fr', 'globex en', 401]).flat())
  expect(readme).toContain(`curl -H 'authorization: Bearer SESSION_1' http://127.0.0.1:3000${url.pathname}\n`)
  expect(await stop('SIGINT')).toEqual(ENDED)
})

test('call.ts prints what the README says', async () => {
  const { port, stop } = await start('node')
  const { printed, ended } = run('call.ts', port)
  expect(await ended).toEqual(ENDED)
  expect(printed.stdout).toBe(blocksOf(readme).find(({ info }) => info === 'text')?.text)
  await stop('SIGTERM')
})

test('the README has a line for each example, with the command that starts it', () => {
  const started = [...readme.matchAll(/^\| `npx tsx examples\/([\w-]+)\/main\.ts`/gm)].map(([, name]) => name)
  expect(started.sort()).toEqual(folders.map(({ name }) => name).sort())
  expect(readme).toContain('npx tsx examples/call.ts')
})
