import { own } from './own.js'

/**
 * What a `$ref` leads to within its own schema (RFC 6901, section 6); `undefined` for one that leads nowhere, out of the
 * schema, or to an anchor.
 */
export function followLocal(reference: unknown, schema: unknown): unknown {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined
  const pointer = decodeFragment(reference.slice(1))
  if (pointer === undefined || !/^(\/|$)/.test(pointer)) return undefined
  let target: unknown = schema
  for (const token of pointer.split('/').slice(1)) {
    target = own(target, token.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  return target
}

/** A URI fragment as text; `undefined` for one that is none. */
function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return undefined
  }
}
