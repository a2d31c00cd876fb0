// The contexts of a stress run. Each call has a label, which travels beside its context in `_meta`: what a handler sees
// of the context is compared with what the label says that it must be.
import { defineContext } from 'mcp-request-context'
import { z } from 'zod'

export const caller = defineContext({
  schema: z.object({ tenant: z.string(), token: z.string(), scope: z.enum(['read', 'write']).optional() }),
  headers: { tenant: 'X-Tenant-Id', token: 'X-Access-Token' },
  sensitive: ['token'],
})

/** One whose schema takes a turn of the event loop: its requests wait in the middleware. */
export const trace = defineContext({
  key: 'com.example/trace',
  schema: z.object({ span: z.string() }).refine(async () => {
    await new Promise(setImmediate)
    return true
  }),
})

export interface Fields {
  readonly tenant: string
  readonly token: string
}

export interface Span {
  readonly span: string
}

const LABEL = 'com.example/label'
const TRACED = '+trace'
const TENANTS = 97

export function tenantOf(number: number): string {
  return `tenant-${number % TENANTS}`
}

/** The context of the call with a label: its number, and what it was made for if another call's handler made it. */
export function fieldsOf(label: string): Fields {
  return { tenant: tenantOf(Number.parseInt(label, 10)), token: `token-${label}` }
}

/** The second context, of the calls that have one. */
export function spanOf(label: string): Span | undefined {
  return label.endsWith(TRACED) ? { span: `span-${label}` } : undefined
}

export function tracedLabel(label: string): string {
  return label + TRACED
}

export function labelled(label: string): { [LABEL]: string } {
  return { [LABEL]: label }
}

export function labelOf(meta: object | undefined): string {
  const label = (meta as { [LABEL]?: unknown } | undefined)?.[LABEL]
  if (typeof label !== 'string') throw new Error('a request without a label')
  return label
}
