import { HEADER_MISMATCH } from '../core/constants.js'
import { own } from '../core/own.js'
import { type Method, type Options, withRequest } from './method.js'

/** What a listing says of a tool, as far as it is read here. */
interface Tool {
  readonly name: string
}

/**
 * What one context's `tools/list` said of the tools: their output schemas and the like, which an SDK client checks
 * later calls against. It is a result like any other, so a view keeps its own and leaves the client's alone.
 */
export type ToolMetadata = ReturnType<typeof learnTools>

/**
 * Learns from a listing. SDK 1.x keeps what it learned in collections on the client: `store` stands in for the client
 * with collections of its own. SDK 2.x keeps it in its response cache, and takes a tool's definition with the call.
 */
export function learnTools(client: object, listing: unknown) {
  const tools = toolsOf(listing)
  const store: object = Object.create(client)
  for (const [name, value] of Object.entries(client)) {
    if (!name.startsWith('_cached')) continue
    const empty = value instanceof Map ? new Map() : value instanceof Set ? new Set() : undefined
    if (empty !== undefined) Object.defineProperty(store, name, { value: empty })
  }
  const learn = (client as Record<string, unknown>).cacheToolMetadata as Method | undefined
  learn?.call(store, tools)
  return { store, tools: new Map(tools.map((tool) => [tool.name, tool])) }
}

function toolsOf(listing: unknown): readonly Tool[] {
  const tools = own(listing, 'tools')
  return Array.isArray(tools) ? tools : []
}

/**
 * `callTool` of SDK 2.x with the definition that the view's own listing gave of the tool. At a HeaderMismatch the tools are
 * listed anew and the call is made once more, as the SDK does on a connection of 2026-07-28. It is done here, as the SDK
 * would drop the client's listing for it, and a view's listing does not take that one's place.
 */
export function callingTool(
  method: Method,
  runOn: (caller: unknown) => unknown,
  metadata: () => ToolMetadata | undefined,
): Method {
  return function (params, options) {
    const given = options as Options
    const on = runOn(this) as View
    if (given?.toolDefinition !== undefined) return method.call(on, params, options)
    const call = (on: unknown) => {
      const toolDefinition = metadata()?.tools.get((params as Tool | undefined)?.name as string)
      return method.call(on, params, toolDefinition === undefined ? options : { ...given, toolDefinition })
    }
    if (on.getProtocolEra() !== 'modern') return call(on)
    return callingAgain(this as View, given, call, keepingMismatches(on))
  }
}

interface View {
  getProtocolEra(): unknown
  listTools: Method
  request: Method
}

async function callingAgain(view: View, given: Options, call: (on: unknown) => unknown, on: unknown): Promise<unknown> {
  for (let again = false; ; again = true) {
    try {
      return await call(on)
    } catch (error) {
      if (!(error instanceof KeptMismatch)) throw error
      if (again) throw error.cause
    }
    try {
      await view.listTools(undefined, { signal: given?.signal, timeout: given?.timeout })
    } catch {
      // The second call tells whether it mattered.
    }
  }
}

/** A HeaderMismatch under another name. */
class KeptMismatch extends Error {}

/** A client whose requests fail of a HeaderMismatch in a way that the SDK does not know. */
function keepingMismatches(client: View): View {
  return withRequest(client, async (...args) => {
    try {
      return await client.request(...args)
    } catch (error) {
      if ((error as { code?: unknown } | undefined)?.code !== HEADER_MISMATCH) throw error
      throw new KeptMismatch('kept', { cause: error })
    }
  })
}
