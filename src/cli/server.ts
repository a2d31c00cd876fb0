import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { getOwn } from '../shared/get-own.js'
import { printable } from '../shared/printable.js'
import { CONTEXT_META_KEY, EXTENSION_ID } from '../wire/constants.js'
import type { CapabilitySettings } from '../wire/types.generated.js'
import { CannotRun, type ProgramIo, reasonOf } from './io.js'
import { compileSchema, type JsonSchema, packageVersion, publishedSchema } from './schemas.js'

/** A server over Streamable HTTP, or one that is started and spoken to over stdio. */
export type ServerTarget =
  | { readonly url: URL; readonly headers: Headers }
  | { readonly command: string; readonly args: readonly string[] }

/** What messages call a server. The query of its URL is left out, because it may hold a secret. */
export function serverName(target: ServerTarget): string {
  return 'url' in target ? `${target.url.origin}${target.url.pathname}` : target.command
}

/** The most that a server may send. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024
const MAX_SCHEMA_LENGTH = 256 * 1024

/**
 * Connects to a server, reads the settings of this extension that it advertises, and disconnects.
 *
 * @returns the settings as the server sent them, unchecked
 * @throws CannotRun for a server that cannot be reached, does not answer in time, or does not advertise the extension
 */
export async function advertisedSettings(target: ServerTarget, milliseconds: number, io: ProgramIo): Promise<unknown> {
  const name = printable(serverName(target))
  const client = new Client(
    { name: 'mcp-request-context', version: packageVersion() },
    { versionNegotiation: { mode: 'auto' } },
  )
  const transport = transportTo(target, io)
  const connecting = client.connect(transport, { timeout: milliseconds })
  try {
    const answered = await Promise.race([connecting.then(() => true), io.wait(milliseconds).then(() => false)])
    if (!answered) {
      throw new CannotRun(`${name} did not answer within ${milliseconds / 1000} s: allow more with --timeout`)
    }
    const settings = getOwn(client.getServerCapabilities()?.extensions, EXTENSION_ID)
    if (settings === undefined) {
      throw new CannotRun(`${name} advertises no context: it does not have the extension ${EXTENSION_ID}`)
    }
    return settings
  } catch (error) {
    throw error instanceof CannotRun ? error : new CannotRun(`cannot connect to ${name}: ${connectFailure(error)}`)
  } finally {
    // While the client negotiates a version, only its transport can be closed. `connect` then also ends the process
    // that it started for the negotiation.
    await transport.close().catch(() => {})
    await connecting.catch(() => {})
  }
}

function transportTo(target: ServerTarget, io: ProgramIo): StreamableHTTPClientTransport | StdioClientTransport {
  if ('url' in target) {
    return new StreamableHTTPClientTransport(target.url, {
      requestInit: { headers: target.headers },
      fetch: limitedFetch,
    })
  }
  return new StdioClientTransport({
    command: target.command,
    args: [...target.args],
    env: io.env as Record<string, string>,
    cwd: io.cwd,
    maxBufferSize: MAX_RESPONSE_BYTES,
  })
}

/** A `fetch` whose response fails, while it is read, at more than `MAX_RESPONSE_BYTES`. */
async function limitedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  if (response.body === null) return response
  let bytes = 0
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes <= MAX_RESPONSE_BYTES) controller.enqueue(chunk)
      else controller.error(new Error(`its answer takes more than ${MAX_RESPONSE_BYTES} bytes`))
    },
  })
  const limited = new Response(response.body.pipeThrough(limit), response)
  return Object.defineProperty(limited, 'url', { value: response.url })
}

/** Says of an error that the server sent only its number: its text may repeat a secret header. */
function connectFailure(error: unknown): string {
  const status = Number(getOwn(error, 'status') ?? getOwn(getOwn(error, 'data'), 'status'))
  if (status === 401 || status === 403) return `it answered HTTP ${status}; pass --header 'Authorization: Bearer ...'`
  if (status >= 300 && status < 400) return 'it redirects: give the URL that it redirects to'
  if (Number.isInteger(status)) return `it answered HTTP ${status}`
  const code = getOwn(error, 'code')
  return typeof code === 'number' ? `it answered with the JSON-RPC error ${code}` : reasonOf(error)
}

const SETTINGS = 'capability-settings'

/**
 * Takes the schema of one context out of the settings that a server advertises.
 *
 * @param key the context key. By default the only one that the server advertises, or else the default key
 * @throws CannotRun for settings that the specification does not allow, or without such a schema
 */
export async function advertisedSchema(
  settings: unknown,
  key: string | undefined,
): Promise<{ key: string; schema: JsonSchema }> {
  const check = await compileSchema({ name: SETTINGS, schema: publishedSchema(SETTINGS) })
  const [issue] = check(settings)
  if (issue !== undefined) {
    const detail = printable(`${issue.pointer.slice(0, 200)} ${issue.message}`.trim())
    throw new CannotRun(`the server advertises settings that are not valid: ${detail}`)
  }
  const { contexts } = settings as CapabilitySettings
  const keys = Object.keys(contexts)
  if (keys.length === 0) throw new CannotRun('the server advertises no context')

  const list = keys.map(printable).join(', ')
  const chosen = key ?? (keys.length === 1 ? keys[0] : keys.find((name) => name === CONTEXT_META_KEY))
  if (chosen === undefined) {
    throw new CannotRun(`the server advertises several contexts: pass --key with one of ${list}`)
  }
  const name = printable(chosen)
  const context = getOwn(contexts, chosen)
  if (context === undefined) throw new CannotRun(`the server advertises no context ${name}: it has ${list}`)
  const schema = getOwn(context, 'schema') as JsonSchema | undefined
  if (schema === undefined) throw new CannotRun(`the server advertises no schema of its context ${name}`)
  if (JSON.stringify(schema).length > MAX_SCHEMA_LENGTH) {
    throw new CannotRun(`the server's schema of ${name} is larger than ${MAX_SCHEMA_LENGTH / 1024} KiB`)
  }
  return { key: chosen, schema }
}
