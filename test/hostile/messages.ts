// JSON-RPC messages that are mostly one, with a context that is mostly none.
import fc from 'fast-check'
import { anything, json, jsonContext, text } from './values.js'

const KEY = 'io.github.mcp-request-context/context'

const method = fc.oneof(
  { weight: 4, arbitrary: fc.constant('tools/call') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        'resources/read',
        'prompts/get',
        'completion/complete',
        'tools/list',
        'ping',
        'initialize',
        'server/discover',
      ],
      ...['notifications/progress', 'notifications/cancelled', 'notifications/initialized', 'notifications/', 'x', ''],
    ),
  },
  { weight: 1, arbitrary: json },
)

const id = fc.oneof(fc.integer(), text, fc.constant(undefined), json)

/** A message whose parts are those values, or are missing, or are of no use. */
function messageOf(
  context: fc.Arbitrary<unknown>,
  other: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  const meta = fc.oneof(
    { weight: 8, arbitrary: fc.record({ [KEY]: context, progressToken: other }, { requiredKeys: [KEY] }) },
    { weight: 1, arbitrary: other },
  )
  const params = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record(
        { name: fc.constant('read'), arguments: other, _meta: meta },
        { requiredKeys: ['name', '_meta'] },
      ),
    },
    { weight: 1, arbitrary: other },
  )
  return fc
    .record(
      { jsonrpc: fc.constant('2.0'), id, method, params, result: other, error: other },
      { requiredKeys: ['jsonrpc'] },
    )
    .map((message) => JSON.parse(JSON.stringify(message)))
}

export const jsonMessage: fc.Arbitrary<Record<string, unknown>> = messageOf(jsonContext, json)

/** The plan of a message whose values need not be JSON. */
export const anyMessage: fc.Arbitrary<Record<string, unknown>> = messageOf(fc.oneof(jsonContext, anything), anything)
