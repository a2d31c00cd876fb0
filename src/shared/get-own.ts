/**
 * Whether a value is what JSON calls an object.
 *
 * @returns `false` for `null` and for an array too
 */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An own property of an object, never an inherited one: a peer may name a field `constructor`.
 *
 * @param object what a peer may have sent: any value
 * @returns `undefined` where there is no such property, or `object` is not an object
 */
export function getOwn(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null && Object.hasOwn(object, name)
    ? (object as Record<string, unknown>)[name]
    : undefined
}
