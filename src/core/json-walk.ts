import { FIELD_NAME } from './constants.js'
import { type CopyFault, invalid, tooLarge } from './fault.js'
import { isFieldName } from './field-name.js'
import { isRecord, kindOf } from './json-kind.js'
import type { ContextLimits } from './limits.js'
import { PLAIN_TEXT } from './plain-text.js'
import { quote } from './quote.js'

/** Stands for a value that was given up on: the fault is on the walk. */
const STOP = Symbol('stop')

/** Walks a context, whatever it is made of, and copies what JSON keeps of it. */
export class Walk {
  fault: CopyFault | undefined
  readonly #limits: ContextLimits
  #bytes = 0
  /** The objects from the context down to the value at hand: what a cycle leads back to. */
  readonly #above: object[] = []

  constructor(limits: ContextLimits) {
    this.#limits = limits
  }

  /** The bytes of what was walked, as compact JSON. */
  get bytes(): number {
    return this.#bytes
  }

  /** @param original what `value` is a shallow copy of, or `value`: what a cycle leads back to */
  context(value: object, original: object): object | typeof STOP {
    const copy: Record<string, unknown> = {}
    let fields = 0
    this.#above.push(original)
    for (const name of Object.keys(value)) {
      const field = (value as Record<string, unknown>)[name]
      if (field === undefined) continue
      if (!isFieldName(name)) {
        return this.#stop(invalid(`field name ${quote(name)} is not one that matches ${FIELD_NAME.source}`))
      }
      if (++fields > this.#limits.maxFields) {
        return this.#stop(tooLarge('maxFields', this.#limits))
      }
      if (!this.#count(name.length + 4)) return STOP
      const copied = this.#value(field, 2)
      if (copied === STOP) return this.#within(name)
      copy[name] = copied
    }
    return this.#count(fields === 0 ? 2 : 1) ? copy : STOP
  }

  /** A value at a depth, counted with the comma or the bracket before it by its container. */
  #value(value: unknown, depth: number, converted = false): unknown {
    switch (typeof value) {
      case 'string':
        return this.#string(value) ? value : STOP
      case 'number':
        if (!Number.isFinite(value)) return this.#stop(invalid(`JSON cannot carry ${value}`))
        return this.#count(String(value).length) ? value : STOP
      case 'boolean':
        return this.#count(value ? 4 : 5) ? value : STOP
      case 'object':
        if (value === null) return this.#count(4) ? value : STOP
        return this.#object(value, depth, converted)
      default:
        return this.#stop(invalid(`JSON cannot carry ${kindOf(value)}`))
    }
  }

  #object(value: object, depth: number, converted: boolean): unknown {
    if (this.#above.includes(value)) return this.#stop(invalid('JSON cannot carry a cycle'))
    const toJSON: unknown = converted ? undefined : (value as { toJSON?: unknown }).toJSON
    if (typeof toJSON === 'function') return this.#value(toJSON.call(value), depth, true)
    if (depth > this.#limits.maxDepth) {
      return this.#stop(tooLarge('maxDepth', this.#limits))
    }
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
    if (!isRecord(value)) return this.#stop(invalid(`JSON cannot carry ${kindOf(value)}`))
    const copy: Record<string, unknown> = {}
    let members = 0
    for (const name of Object.keys(value)) {
      const member = (value as Record<string, unknown>)[name]
      if (member === undefined) continue
      // A member of this name would set the copy's prototype.
      if (name === '__proto__') return this.#stop(invalid('"__proto__" is not allowed as a name'))
      members++
      if (!this.#count(2) || !this.#string(name)) return STOP
      const copied = this.#value(member, depth + 1)
      if (copied === STOP) return this.#within(name)
      copy[name] = copied
    }
    return this.#count(members === 0 ? 2 : 1) ? copy : STOP
  }

  /** Counts the UTF-8 bytes of a string's JSON (RFC 8259, section 7; lone surrogates are escaped). */
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
    this.#stop(tooLarge('maxBytes', this.#limits))
    return false
  }

  #stop(fault: CopyFault): typeof STOP {
    this.fault = fault
    return STOP
  }

  /** Says where the fault is, one level further out. Too many bytes are a fault of the whole context. */
  #within(segment: string | number): typeof STOP {
    if (this.fault?.limit !== 'maxBytes') this.fault?.path.unshift(segment)
    return STOP
  }
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
