import { own } from '../core/own.js'

type Method = (this: object, ...args: unknown[]) => unknown

/** What a listing says of a tool, as far as it is read here. */
interface Tool {
  readonly name: string
}

/**
 * What one context's `tools/list` said of the tools: their output schemas and the like, which an SDK client checks
 * later calls against. It is a result like any other, so a view keeps its own and leaves the client's alone.
 */
export type ToolMetadata = ReturnType<typeof learnTools>

/** Methods with which SDK 1.x stores and looks up what it learned. */
export const TOOL_METADATA_METHODS: ReadonlySet<PropertyKey> = new Set([
  'cacheToolMetadata',
  'getToolOutputValidator',
  'isToolTask',
  'isToolTaskRequired',
])

/**
 * Learns from a listing. SDK 1.x keeps what it learned in collections on the client: `store` stands in for the client
 * with collections of its own. SDK 2.x keeps it in its response cache, and takes a tool's definition with the call.
 */
export function learnTools(client: object, tools: readonly Tool[]) {
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

/** The tools of a `tools/list` result. */
export function toolsOf(result: unknown): readonly Tool[] {
  const tools = own(result, 'tools')
  return Array.isArray(tools) ? tools : []
}
