/** An object that JSON writes as one: no array, and none of the built-in kinds whose content JSON leaves out. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype || tagOf(value) === '[object Object]'
}

const NAMED =
  /^(Object|Array|Date|Map|Set|WeakMap|WeakSet|RegExp|Promise|Error|String|Number|Boolean|ArrayBuffer|DataView|(Big)?(Uint|Int|Float)\d+(Clamped)?Array)$/

function tagOf(value: object): string {
  return Object.prototype.toString.call(value)
}

/** What a value is, for a message: never the value. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`
  const kind = tagOf(value).slice('[object '.length, -1)
  // An object may give itself any tag.
  if (!NAMED.test(kind)) return 'an object'
  return /^[AEIOU]/.test(kind) ? `an ${kind}` : `a ${kind}`
}
