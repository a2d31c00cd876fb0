import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { EXTENSION_ID } from '../core/constants.js'
import { own } from '../core/own.js'
import { boundedFetch } from './bounded-fetch.js'
import { CannotRun, reasonOf } from './failure.js'
import { packageVersion } from './package-files.js'
import { printable } from './printable.js'
import { nameOf, type ServerTarget } from './server-target.js'

/** The most that a server may say before it is no longer listened to. */
const MOST_BYTES = 4 * 1024 * 1024

/** A server process that does not end by itself is ended within this time. */
const LONGEST_CLOSE = 5_000

/**
 * Connects to a server, reads what it advertises of this extension, and closes the connection.
 *
 * @returns its settings as it sent them: nothing about them has been checked
 * @throws CannotRun for a server that cannot be reached, does not answer in time, or advertises nothing
 */
export async function advertisedBy(target: ServerTarget, milliseconds: number): Promise<unknown> {
  const name = printable(nameOf(target))
  const client = new Client(
    { name: 'mcp-request-context', version: packageVersion() },
    { versionNegotiation: { mode: 'auto' } },
  )
  const late = timer(milliseconds)
  try {
    const connected = client.connect(transportTo(target), { timeout: milliseconds })
    const inTime = await Promise.race([connected.then(() => true), late.passed])
    if (!inTime)
      throw new CannotRun(`${name} did not answer within ${milliseconds / 1000} s: allow more with --timeout`)
    const settings = own(client.getServerCapabilities()?.extensions, EXTENSION_ID)
    if (settings === undefined)
      throw new CannotRun(`${name} advertises no context: it has no ${EXTENSION_ID} extension`)
    return settings
  } catch (error) {
    throw error instanceof CannotRun ? error : new CannotRun(`cannot connect to ${name}: ${whyNot(error)}`)
  } finally {
    late.stop()
    await closed(client)
  }
}

function transportTo(target: ServerTarget): StreamableHTTPClientTransport | StdioClientTransport {
  if ('url' in target) {
    const { url, headers } = target
    return new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch: boundedFetch(MOST_BYTES) })
  }
  const env = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])))
  return new StdioClientTransport({ command: target.command, args: [...target.args], env, maxBufferSize: MOST_BYTES })
}

/** An error that the server wrote is told by its number alone: it may repeat a secret header. */
function whyNot(error: unknown): string {
  const status = Number(own(error, 'status') ?? own(own(error, 'data'), 'status'))
  if (status === 401 || status === 403) return `it answered HTTP ${status}; pass --header 'Authorization: Bearer ...'`
  if (status >= 300 && status < 400) return 'it redirects: give the URL that it redirects to'
  if (Number.isInteger(status)) return `it answered HTTP ${status}`
  const code = own(error, 'code')
  return typeof code === 'number' ? `it answered with the JSON-RPC error ${code}` : reasonOf(error)
}

function timer(milliseconds: number): { passed: Promise<false>; stop: () => void } {
  let handle: NodeJS.Timeout | undefined
  const passed = new Promise<false>((resolve) => {
    handle = setTimeout(() => resolve(false), milliseconds)
  })
  return { passed, stop: () => clearTimeout(handle) }
}

async function closed(client: Client): Promise<void> {
  const late = timer(LONGEST_CLOSE)
  await Promise.race([client.close().catch(() => {}), late.passed])
  late.stop()
}
