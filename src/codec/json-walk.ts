// Why not JSON.stringify: it has no limits, so it would copy a megabyte to reject it; it drops functions and turns NaN
// into null without an error; and it does not say where the value is that it cannot write. This walk reads every value
// once, stops at the first limit, and knows the path. test/hostile holds it to that, test/codec to JSON.stringify's bytes.
import type { ContextLimits } from '../definition/types.js'
import { quote } from '../shared/printable.js'
import { FIELD_NAME, isFieldName } from '../wire/names.js'
import { type CopyIssue, invalidIssue, tooLargeIssue } from './copy-issue.js'

/** Text that JSON does not escape and that is one byte a character in UTF-8: its length is its size. */
const PLAIN_TEXT = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** Stands for a value that the walk gave up on. The walk has the issue. */
const STOP = Symbol('stop')

/** Walks a context and copies what JSON keeps of it. */
export class JsonWalk {
  issue: CopyIssue | undefined
  readonly #limits: ContextLimits
  #bytes = 0
  /** The objects from the context down to the current value: a cycle leads back to one of them. */
  readonly #above: object[] = []

  constructor(limits: ContextLimits) {
    this.#limits = limits
  }

  /** The bytes of what was walked, as compact JSON. */
  get bytes(): number {
    return this.#bytes
  }

  /** @param original what `value` is a shallow copy of, or `value` itself: a cycle leads back to it */
  context(value: object, original: object): object | typeof STOP {
    const copy: Record<string, unknown> = {}
    let fields = 0
    this.#above.push(original)
    for (const name of Object.keys(value)) {
      const field = (value as Record<string, unknown>)[name]
      if (field === undefined) continue
      if (!isFieldName(name)) {
        return this.#stop(invalidIssue(`field name ${quote(name)} does not match ${FIELD_NAME.source}`))
      }
      if (++fields > this.#limits.maxFields) return this.#stop(tooLargeIssue('maxFields', this.#limits))
      if (!this.#count(name.length + 4)) return STOP
      const copied = this.#value(field, 2)
      if (copied === STOP) return this.#within(name)
      copy[name] = copied
    }
    return this.#count(fields === 0 ? 2 : 1) ? copy : STOP
  }

  /** Copies a value. Its container has already counted the comma or the bracket before it. */
  #value(value: unknown, depth: number, converted = false): unknown {
    switch (typeof value) {
      case 'string':
        return this.#string(value) ? value : STOP
      case 'number':
        if (!Number.isFinite(value)) return this.#stop(invalidIssue(`JSON cannot carry ${value}`))
        return this.#count(String(value).length) ? value : STOP
      case 'boolean':
        return this.#count(value ? 4 : 5) ? value : STOP
      case 'object':
        if (value === null) return this.#count(4) ? value : STOP
        return this.#object(value, depth, converted)
      default:
        return this.#stop(invalidIssue(`JSON cannot carry ${kindOf(value)}`))
    }
  }

  #object(value: object, depth: number, converted: boolean): unknown {
    if (this.#above.includes(value)) return this.#stop(invalidIssue('JSON cannot carry a cycle'))
    const toJSON: unknown = converted ? undefined : (value as { toJSON?: unknown }).toJSON
    if (typeof toJSON === 'function') return this.#value(toJSON.call(value), depth, true)
    if (depth > this.#limits.maxDepth) return this.#stop(tooLargeIssue('maxDepth', this.#limits))
    this.#above.push(value)
    const copied = Array.isArray(value) ? this.#array(value, depth) : this.#record(value, depth)
    this.#above.pop()
    return copied
  }

  #array(value: readonly unknown[], depth: number): unknown {
    const copy: unknown[] = []
    for (let index = 0; index < value.length; index++) {
      if (!this.#count(1)) return STOP
      const copied = this.#value(value[index], depth + 1)
      if (copied === STOP) return this.#within(index)
      copy.push(copied)
    }
    return this.#count(copy.length === 0 ? 2 : 1) ? copy : STOP
  }

  #record(value: object, depth: number): unknown {
    if (!isRecord(value)) return this.#stop(invalidIssue(`JSON cannot carry ${kindOf(value)}`))
    const copy: Record<string, unknown> = {}
    let members = 0
    for (const name of Object.keys(value)) {
      const member = (value as Record<string, unknown>)[name]
      if (member === undefined) continue
      // A member of this name would set the prototype of the copy.
      if (name === '__proto__') return this.#stop(invalidIssue('"__proto__" is not allowed as a name'))
      members++
      if (!this.#count(2) || !this.#string(name)) return STOP
      const copied = this.#value(member, depth + 1)
      if (copied === STOP) return this.#within(name)
      copy[name] = copied
    }
    return this.#count(members === 0 ? 2 : 1) ? copy : STOP
  }

  /** Counts the UTF-8 bytes of a string's JSON. A lone surrogate is escaped (RFC 8259, section 7). */
  #string(text: string): boolean {
    const length = text.length
    if (!this.#count(length + 2)) return false
    if (PLAIN_TEXT.test(text)) return true
    let extra = 0
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit < 0x80) {
        if (unit === 0x22 || unit === 0x5c) extra += 1
        else if (unit < 0x20) extra += unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 1 : 5
      } else if (unit < 0x800) extra += 1
      else if (unit < 0xd800 || unit > 0xdfff) extra += 2
      else if (unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
        extra += 2
        index++
      } else extra += 5
    }
    return extra === 0 || this.#count(extra)
  }

  #count(bytes: number): boolean {
    this.#bytes += bytes
    if (this.#bytes <= this.#limits.maxBytes) return true
    this.#stop(tooLargeIssue('maxBytes', this.#limits))
    return false
  }

  #stop(issue: CopyIssue): typeof STOP {
    this.issue = issue
    return STOP
  }

  /** Extends the path of the issue on the way out. Too many bytes are an issue of the whole context. */
  #within(segment: string | number): typeof STOP {
    if (this.issue?.limit !== 'maxBytes') this.issue?.path.unshift(segment)
    return STOP
  }
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

/** Whether JSON writes a value as an object with all that it holds: not an array, a `Map` or another built-in. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype || tagOf(value) === '[object Object]'
}

const BUILT_IN =
  /^(Object|Array|Date|Map|Set|WeakMap|WeakSet|RegExp|Promise|Error|String|Number|Boolean|ArrayBuffer|DataView|(Big)?(Uint|Int|Float)\d+(Clamped)?Array)$/

function tagOf(value: object): string {
  return Object.prototype.toString.call(value)
}

/** What kind of value it is, for a message. The value itself is never shown. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`
  const kind = tagOf(value).slice('[object '.length, -1)
  // An object can give itself any tag.
  if (!BUILT_IN.test(kind)) return 'an object'
  return /^[AEIOU]/.test(kind) ? `an ${kind}` : `a ${kind}`
}
