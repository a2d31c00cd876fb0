/** Freezes a value and the plain objects and arrays within it; what is neither (a `Date`, a `Map`) is left as it is. */
export function freeze<T>(value: T, within?: Set<object>): T {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  for (const name in value) {
    const member = value[name]
    if (typeof member !== 'object' || member === null) continue
    // A schema may give an object that holds itself.
    const seen = within ?? new Set<object>([value])
    if (seen.has(member)) continue
    freeze(member, seen.add(member))
  }
  return Object.freeze(value)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}
