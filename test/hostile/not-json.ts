// What no JSON text can say, but code in the same process can hand over: transports in memory pass objects as they are.

class Impostor {
  readonly tenant = 'acme'
  get token(): string {
    throw new Error('canary')
  }
}

class Tagged {
  get [Symbol.toStringTag](): string {
    throw new Error('canary')
  }
}

function revoked<T extends object>(target: T): T {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function throwing(): never {
  throw new Error('canary')
}

const TRAPS = ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'set', 'defineProperty'] as const

function trapped(trap: (typeof TRAPS)[number]): object {
  return new Proxy({ tenant: 'acme', nested: { a: 1 } }, { [trap]: throwing })
}

/** Each read of it gives another object of the same kind: it has no end. */
function endless(): object {
  return {
    get a() {
      return endless()
    },
  }
}

function cyclic(): object {
  const value: Record<string, unknown> = { list: [] }
  value.self = value
  ;(value.list as unknown[]).push(value)
  return value
}

/** Each level is held twice by the one above: a few objects, and much JSON. */
export function doubling(levels: number): object {
  let value: object = { a: 1 }
  for (let level = 0; level < levels; level++) value = { a: value, b: value }
  return value
}

function withLength(length: number): unknown[] {
  const list: unknown[] = []
  list.length = length
  return list
}

/** By what to call them in a plan. */
export const MAKERS: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'a symbol': () => Symbol('canary'),
  'a bigint': () => 739_146_217n,
  'a function': () => function canary() {},
  'a class': () => Impostor,
  'an instance whose getter throws': () => new Impostor(),
  'an instance whose tag throws': () => new Tagged(),
  'a Date': () => new Date(0),
  'an invalid Date': () => new Date(Number.NaN),
  'a Map': () => new Map([['canary', 1]]),
  'a Set': () => new Set([1]),
  'a WeakMap': () => new WeakMap(),
  'a RegExp': () => /canary/,
  'an Error': () => new Error('canary'),
  'a promise': () => Promise.resolve('canary'),
  'a boxed string': () => Object('canary'),
  'a boxed number': () => Object(7),
  'a boxed bigint': () => Object(7n),
  'a boxed symbol': () => Object(Symbol('canary')),
  'a typed array': () => new Uint8Array(16),
  'an ArrayBuffer': () => new ArrayBuffer(16),
  'a sparse array': () => withLength(3),
  'the longest array': () => withLength(2 ** 32 - 1),
  'an array with members': () => Object.assign([1], { tenant: 'acme' }),
  'an array with a toJSON': () => Object.assign([1], { toJSON: () => ({ tenant: 'acme' }) }),
  arguments: () =>
    (function (..._: unknown[]) {
      // biome-ignore lint/complexity/noArguments: it is the case
      return arguments
    })(1, 2),
  'a generator': () => (function* () {})(),
  'an object without a prototype': () => Object.assign(Object.create(null), { tenant: 'acme' }),
  'an object that inherits its members': () => Object.create({ tenant: 'acme', token: 'canary' }),
  'an object with a symbol': () => ({ [Symbol('canary')]: 'canary', tenant: 'acme' }),
  'an object with a hidden member': () => Object.defineProperty({}, 'token', { value: 'canary' }),
  'a getter that throws': () => Object.defineProperty({}, 'tenant', { enumerable: true, get: throwing }),
  'getters without an end': endless,
  'a toJSON that throws': () => ({ toJSON: throwing }),
  'a toJSON that gives itself': () => {
    const value = { toJSON: (): unknown => value }
    return value
  },
  'a toJSON that gives another': () => ({ toJSON: () => ({ toJSON: () => ({ tenant: 'acme' }) }) }),
  'a toJSON that is no function': () => ({ toJSON: 'canary' }),
  // biome-ignore lint/suspicious/noThenProperty: a thenable is the case
  'a thenable': () => ({ then: (resolve: (value: unknown) => void) => resolve({ tenant: 'acme' }) }),
  'a primitive that cannot be made': () => ({ [Symbol.toPrimitive]: throwing, toString: throwing, valueOf: throwing }),
  'a cycle': cyclic,
  'objects that double': () => doubling(6),
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of an array': () => revoked([]),
  'a revoked proxy of a function': () => revoked(() => {}),
  ...Object.fromEntries(TRAPS.map((trap) => [`a proxy whose ${trap} throws`, () => trapped(trap)])),
  'a proxy of an array': () => new Proxy([1, [2]], {}),
  'a proxy that has every member': () => new Proxy({}, { get: () => 'canary', has: () => true }),
}

/** The same around another value. */
export const WRAPPERS: Readonly<Record<string, (inner: unknown) => unknown>> = {
  'a proxy of': (inner) => (typeof inner === 'object' && inner !== null ? new Proxy(inner, {}) : inner),
  'a getter of': (inner) => Object.defineProperty({}, 'tenant', { enumerable: true, get: () => inner }),
  'a toJSON of': (inner) => ({ toJSON: () => inner }),
  'a prototype of': (inner) => (typeof inner === 'object' ? Object.create(inner) : inner),
  'a hole before': (inner) => Object.assign(withLength(2), { 1: inner }),
}
