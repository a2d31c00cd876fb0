// The SDK without this package: each call carries its fields in `_meta` by hand, and its handler reads them there. What
// it leaves in memory is what this package is compared with.
import type { Extra, TestClient, ToolCall } from '../../support/sdk.js'
import { caller, type Fields, type Span, trace } from './contexts.js'
import type { Sender, Way } from './way.js'

export const bare: Way = {
  // SDK 2.x would answer from its cache, which knows nothing of contexts.
  reading: { cacheMode: 'bypass' },
  install() {},
  senders: (end) => ({
    under: (fields, _turn, span) => carrying(end as TestClient, fields, span),
    inheriting: (extra) => carrying(end as TestClient, fieldsIn(extra)),
    withheld: () => FAILING,
    raw: end as TestClient,
  }),
  sights: (extra) => [{ from: 'argument', caller: fieldsIn(extra), trace: metaOf(extra)[trace.key] as Span }],
  scope: fieldsIn,
  outside: () => undefined,
}

function metaOf(extra: Extra): Record<string, unknown> {
  return (extra.mcpReq ?? extra)._meta
}

function fieldsIn(extra: Extra): Fields {
  const fields = metaOf(extra)[caller.key] as Fields | undefined
  if (fields === undefined || 'scope' in fields || 'note' in fields) throw new Error('no context')
  return fields
}

function carrying(client: TestClient, fields: Fields, span?: Span): Sender {
  const meta = { [caller.key]: { ...fields }, ...(span && { [trace.key]: span }) }
  const carry = <P extends Pick<ToolCall, '_meta'>>(params: P) => ({ ...params, _meta: { ...params._meta, ...meta } })
  return {
    callTool: (params, ...rest) => client.callTool(carry(params), ...rest),
    readResource: (params: object, ...rest: unknown[]) => client.readResource(carry(params), ...rest),
    request: (request, ...rest) => {
      const { params, ...others } = request as { params: object }
      return client.request({ ...others, params: carry(params) }, ...rest)
    },
  }
}

const fail = () => Promise.reject(new Error('withheld'))
const FAILING: Sender = { callTool: fail, readResource: fail, request: fail }
