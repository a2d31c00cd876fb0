// What holds of every function that meets a peer's bytes, whatever else it does: it ends, it throws nothing but what its
// documentation names, it leaves the built-in objects alone, and what it gives cannot be changed.
import assert from 'node:assert/strict'
import { Script } from 'node:vm'
import { ContextError } from 'mcp-request-context'

/** No check of a hostile value takes a hundredth of this, in milliseconds: it ends what would hang. */
const LONGEST = 60_000

const RUN = Symbol.for('mcp-request-context/test/run')
const script = new Script(`globalThis[Symbol.for('${RUN.description}')]()`)

/** Runs a function to its end: an endless loop is an error here, where it would hold up all tests. */
export function inTime<T>(run: () => T, timeout = LONGEST): T {
  const shared = globalThis as { [RUN]?: () => T }
  const outer = shared[RUN]
  shared[RUN] = run
  try {
    return script.runInThisContext({ timeout })
  } finally {
    shared[RUN] = outer
  }
}

/** What a function gives, or the ContextError that it throws; any other error is thrown on. */
export function orRejection<T>(run: () => T): T | ContextError {
  try {
    return inTime(run)
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
}

/** The same of a promise. */
export async function orRejectionOf<T>(pending: T | Promise<T>): Promise<T | ContextError> {
  try {
    return await pending
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
}

const BUILT_IN = {
  Object,
  Array,
  Function,
  String,
  Number,
  Symbol,
  Error,
  Promise,
  Map,
  Set,
  RegExp,
  Headers,
  Response,
}

const builtIn = Object.entries(BUILT_IN).flatMap(([name, made]): [string, object][] => [
  [name, made],
  [`${name}.prototype`, made.prototype],
])
// A list: among members, one that is named Symbol.toStringTag is what Node 24 compares objects by.
const membersOf = (object: object) =>
  Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)])
const before = new Map(builtIn.map(([name, object]) => [name, membersOf(object)]))

/** Fails where a built-in object or its prototype is no longer as it was when this file was loaded. */
export function assertPristine(): void {
  for (const [name, object] of builtIn) {
    assert.deepEqual(membersOf(object), before.get(name), `${name} was changed`)
  }
}

const members = Object.getOwnPropertyNames(Object.prototype).length

/** The part of it that is quick to know. */
export function assertNoPollution(): void {
  assert.equal(Object.getOwnPropertyNames(Object.prototype).length, members, 'Object.prototype has another member')
}

/** Fails for a plain object or an array that can be changed, or whose prototype is not its own kind's. */
export function assertFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const prototype: unknown = Object.getPrototypeOf(value)
  if (Array.isArray(value)) assert.equal(prototype, Array.prototype)
  else if (prototype !== null) assert.equal(prototype, Object.prototype)
  assert.ok(Object.isFrozen(value), 'is not frozen')
  assert.ok(!Object.hasOwn(value, '__proto__'), 'has a member __proto__')
  for (const member of Object.values(value)) assertFrozen(member)
}
