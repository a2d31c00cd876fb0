import { ContextError, defineContext, type HeaderBindingInput } from 'mcp-request-context'
import { contextToHeaders, decodeHeaderValue, encodeHeaderValue, headersToContext } from 'mcp-request-context/http'
import { ANY_OBJECT, standardSchema } from '../json-schema.js'
import type { Observation } from '../observation.js'
import type { Binding } from '../vectors.js'

interface Bound extends Omit<Binding, 'name'> {
  readonly maxHeaderBytes?: number
}

export function observeEncoding({ value, ...bound }: Bound & { readonly value: string }): Observation[] {
  const definition = defining(bound)
  const name = nameOf(bound)
  const field: unknown = JSON.parse(value)
  const observations = [
    seen('contextToHeaders', () => contextToHeaders(definition, { field }).get(name) ?? undefined, 'header'),
  ]
  // Whatever the type and the limit, a string has one form.
  if (typeof field === 'string' && bound.type === 'string' && bound.scheme === undefined && !bound.maxHeaderBytes) {
    const encode = () => {
      const header = encodeHeaderValue(field)
      return header.length > 4096 ? undefined : header
    }
    observations.push(seen('encodeHeaderValue', encode, 'header'))
  }
  return observations
}

export function observeDecoding({ header, ...bound }: Bound & { readonly header: string }): Observation[] {
  const definition = defining(bound)
  const headers = new Headers({ [nameOf(bound)]: header })
  const read = () => {
    const decoded = headersToContext(definition, headers)
    return decoded.ok ? decoded.context.field : undefined
  }
  const observations = [seen('headersToContext', read, 'value')]
  if (bound.type === 'string' && bound.scheme === undefined) {
    observations.push(seen('decodeHeaderValue', () => decodeHeaderValue(header), 'value'))
  }
  return observations
}

function nameOf({ scheme }: Bound): string {
  return scheme === undefined ? 'X-Field' : 'Authorization'
}

function defining({ maxHeaderBytes, ...binding }: Bound) {
  const schema = standardSchema(ANY_OBJECT)
  const bound = { ...binding, name: nameOf(binding) } as HeaderBindingInput
  return defineContext({ schema, headers: { field: bound }, limits: { maxHeaderBytes } })
}

function seen(by: string, make: () => unknown, member: string): Observation {
  let value: unknown
  try {
    value = make()
  } catch (error) {
    if (!(error instanceof ContextError)) throw error
  }
  return { by, outcome: value === undefined ? 'reject' : 'accept', output: { [member]: value } }
}
