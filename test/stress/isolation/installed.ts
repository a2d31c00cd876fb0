// This package, as its users use it.
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import {
  getContext,
  getHttpHeaders,
  inheritContext,
  installContext,
  readContext,
  tryGetContext,
} from 'mcp-request-context/server'
import type { TestClient, TestServer } from '../../support/sdk.js'
import { caller, type Fields, trace } from './contexts.js'
import type { Detector } from './detector.js'
import type { Senders, Way } from './way.js'

const REQUIRED = ['tools/call', 'resources/read', 'sampling/createMessage', 'elicitation/create']

export const installed: Way = {
  fetch: contextFetch(caller),
  install(end) {
    installContext(end, caller, { required: REQUIRED })
    installContext(end, trace)
  },
  senders,
  sights: (extra) => [
    { from: 'ambient', caller: attempt(() => getContext(caller)), trace: tryGetContext(trace) },
    {
      from: 'argument',
      caller: attempt(() => readContext(caller, extra)),
      trace: trace.key in (extra.mcpReq ?? extra)._meta ? readContext(trace, extra) : undefined,
    },
    { from: 'headers', caller: attempt(mirrored), trace: null },
  ],
  scope: () => getContext(caller),
  outside: () => tryGetContext(caller) ?? tryGetContext(trace),
}

function mirrored(): Fields {
  const headers = getHttpHeaders()
  return { tenant: headers.get('x-tenant-id') ?? '', token: headers.get('x-access-token') ?? '' }
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

function senders(end: TestClient | TestServer, detector: Detector): Senders {
  const root = createContextClient(end as TestClient, caller)
  const inheriting = root.withContext(inheritContext(caller, ['tenant', 'token']))
  // A view for each tenant lasts; one for each call is made from it.
  const views = new Map<string, typeof root>()
  const viewOf = (tenant: string) => {
    const view = views.get(tenant) ?? root.withContext({ tenant })
    views.set(tenant, view)
    return view
  }
  return {
    under({ tenant, token }: Fields, turn, span) {
      const sources = [{ token }, () => ({ token }), async () => ({ token })]
      const source = sources[turn % sources.length] as object
      // A source lives as long as its view.
      detector.watch(source)
      const view = viewOf(tenant).withContext(source)
      return span === undefined ? view : createContextClient(view, trace, { context: span })
    },
    inheriting: () => inheriting,
    withheld(turn) {
      if (turn % 2 === 0) return root.withContext({ tenant: 42 as unknown as string, token: '' })
      return root.withContext(async () => {
        throw new Error('the source failed')
      })
    },
    raw: end as TestClient,
  }
}
