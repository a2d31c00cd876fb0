// Ways that are broken: a detector that finds nothing here finds nothing at all.
import { AsyncResource } from 'node:async_hooks'
import { createContextClient } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import type { TestClient, TestServer } from '../../support/sdk.js'
import { bare } from './bare.js'
import { caller, type Fields, trace } from './contexts.js'
import type { Detector } from './detector.js'
import { installed } from './installed.js'
import type { Senders, Way } from './way.js'

/** As a token is asked for: the call goes out a moment after the tenant is known. */
async function tokenOf({ token }: Fields): Promise<string> {
  return token
}

/** The headers of the HTTP client are changed between calls. */
function sharedHeaders(): Way {
  const headers: Record<string, string> = {}
  const fetching: typeof fetch = (url, init) => {
    const sent = new Headers(init?.headers)
    for (const [name, value] of Object.entries(headers)) sent.set(name, value)
    return fetch(url, { ...init, headers: sent })
  }
  return {
    ...installed,
    fetch: fetching,
    install: (end) => installContext(end, caller, { required: true, http: { lift: true } }),
    senders(end, detector) {
      return {
        ...installed.senders(end, detector),
        async under(fields) {
          headers['x-tenant-id'] = fields.tenant
          headers['x-access-token'] = await tokenOf(fields)
          return end as TestClient
        },
        inheriting: () => end as TestClient,
      }
    },
  }
}

/** One context of the client's is changed between calls. */
function sharedContext(end: TestClient | TestServer, detector: Detector): Senders {
  const context = { tenant: '', token: '' }
  const client = createContextClient(end as TestClient, caller, { context: () => context })
  return {
    ...installed.senders(end, detector),
    async under(fields, _turn, span) {
      context.tenant = fields.tenant
      context.token = await tokenOf(fields)
      return span === undefined ? client : createContextClient(client, trace, { context: span })
    },
  }
}

/** A server keeps the context of the request at hand in a variable. */
function variable(): Way {
  let current: Fields | undefined
  return {
    ...bare,
    scope(extra) {
      current = bare.scope(extra) as Fields
      return current
    },
    sights: () => [{ from: 'ambient', caller: current, trace: null }],
  }
}

/** Something is tied to each request, and never let go: so is the request's scope. */
function kept(): Way {
  const resources: AsyncResource[] = []
  return {
    ...installed,
    scope(extra) {
      resources.push(new AsyncResource('kept'))
      return installed.scope(extra)
    },
  }
}

export const FAULTY = {
  'shared headers': sharedHeaders(),
  'shared context': { ...installed, senders: sharedContext },
  variable: variable(),
  /** The response cache of SDK 2.x, which does not look at contexts. */
  cached: { ...bare, reading: {} },
  kept: kept(),
  /** A server that does not require a context. */
  lax: { ...installed, install: (end) => installContext(installContext(end, caller), trace) },
} satisfies Record<string, Way>
