import type { ToolResult } from '../support/sdk.js'

/** A tool's answer: any value, as JSON in its text. A server's process has no use for the test runner that `reply` needs. */
export function text(value: unknown): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] }
}
