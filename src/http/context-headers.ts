import type { HeaderBinding } from '../core/header-binding.js'
import { encodeHeaderValue } from './header-codec.js'

/** The header value of a bound field; `undefined` for a field that is absent or not of the binding's type. */
export function headerValueOf(binding: HeaderBinding, field: unknown): string | undefined {
  if (binding.type === 'string') {
    if (typeof field !== 'string') return undefined
    const value = encodeHeaderValue(field)
    return binding.scheme === undefined ? value : `${binding.scheme} ${value}`
  }
  if (binding.type === 'integer') return Number.isSafeInteger(field) ? String(field) : undefined
  return typeof field === 'boolean' ? String(field) : undefined
}
