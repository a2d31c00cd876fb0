// One call of the tool that answers with its context.
import type { ToolResult } from '../../support/sdk.js'
import { labelled } from './contexts.js'
import type { Detector } from './detector.js'
import { majorOf, type Wire } from './ends.js'
import type { Sender } from './way.js'

/** A call that is not answered by then never will be. */
export const TIMEOUT = 30_000

interface Call {
  readonly wire: Wire
  readonly detector: Detector
}

/** Calls a tool. The options come after a result schema in SDK 1.x. */
export function callTool(
  wire: Wire,
  sender: Sender,
  name: string,
  label: string,
  options: object = {},
  meta: object = {},
): Promise<ToolResult> {
  const params = { name, _meta: { ...labelled(label), ...meta } }
  const given = { timeout: TIMEOUT, ...options }
  return majorOf(wire) === 1 ? sender.callTool(params, undefined, given) : sender.callTool(params, given)
}

export async function callPlain({ wire, detector }: Call, sender: Sender, label: string): Promise<void> {
  const result = await callTool(wire, sender, 'plain', label)
  compareAnswer(detector, label, result.content[0]?.text)
}

/** An answer is that of this call if it has this call's context in it. */
export function compareAnswer(detector: Detector, label: string, text: string | undefined): void {
  const [tenant, token] = text === undefined || !text.startsWith('[') ? [] : JSON.parse(text)
  detector.compare('its answer', label, [{ from: 'answer', caller: { tenant, token }, trace: null }])
}
