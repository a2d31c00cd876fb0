// Values that are valid, or nearly so, the same ones in every run.
import type { Binding } from './vectors.js'

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer below a bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  /** A string of characters of an alphabet. */
  text(alphabet: string, length: number): string {
    const characters = [...alphabet]
    return Array.from({ length }, () => this.pick(characters)).join('')
  }
}

const LETTERS = 'ABCMZabcmz'
const NAME = `${LETTERS}019_-`
const ODD = [' ', '.', '/', '$', '\n', 'é', '日', '😀', '\u0000', ':', '\ud800']

/** A field name; one in `odds` of them is none, or nearly none. */
export function fieldName(random: Random, odds = 8): string {
  if (random.below(odds) > 0) {
    const length = random.pick([1, 2, 5, 9, 63, 64])
    return random.text(LETTERS, 1) + random.text(NAME, length - 1)
  }
  const good = random.text(LETTERS, 1) + random.text(NAME, random.below(6))
  const odd = random.pick(ODD)
  return random.pick([
    '',
    '__proto__',
    `${good}${odd}`,
    `${odd}${good}`,
    random.pick(['1', '_', '-']) + good,
    random.text(LETTERS, 65),
    random.text(LETTERS, 64),
  ])
}

/** A context as JSON Schema sees it, far from the limits that JSON Schema does not know: bytes and depth. */
export function context(random: Random): unknown {
  if (random.chance(0.05)) return random.pick([null, true, 0, 1.5, '', 'acme', [], [{}]])
  const count = random.chance(0.3) ? random.pick([63, 64, 65, 66]) : random.below(6)
  // So many names have to be short, and good, to come near the limit.
  const name = (index: number) => (count > 6 ? `f${index}` : fieldName(random, 12))
  return record(Array.from({ length: count }, (_, index) => [name(index), fieldValue(random, 2)]))
}

function fieldValue(random: Random, levels: number): unknown {
  if (levels > 0 && random.chance(0.1)) return [fieldValue(random, levels - 1), fieldValue(random, levels - 1)]
  if (levels > 0 && random.chance(0.1)) return { [random.text(NAME, 3)]: fieldValue(random, levels - 1) }
  return random.pick([null, true, false, 0, -1.5, 1e21, '', 'acme', 'Zürich', '😀'])
}

/** A context key, or nearly one. */
export function metaKey(random: Random): string {
  const part = () => random.pick(['a', 'com', 'x1', 'a-b', 'example', 'mcp', 'MCP', 'modelcontextprotocol', 'mcp2'])
  const labels = Array.from({ length: 1 + random.below(4) }, part)
  const name = random.pick([
    '',
    'x',
    'a.b',
    'a_b-c',
    '7',
    'progressToken',
    'baggage',
    'tracestate',
    'mcp',
    'traceparent',
  ])
  const key = random.chance(0.25) ? name : `${labels.join('.')}/${name}`
  return random.chance(0.7) ? key : mutated(random, key)
}

/** A header's name, or nearly one; none that belongs to HTTP. */
export function headerName(random: Random): string {
  const token = "!#$%&'*+-.^_`|~09AZaz"
  const name = `X-${random.text(token, random.pick([0, 1, 5, 20, 254]))}`
  return random.chance(0.55) ? name : mutated(random, name).slice(0, 256)
}

function mutated(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  const odd = random.pick([...ODD, '-', '_', '..', '//', '1', '@', '"', '(', '\t', '\u007f', '\r\n'])
  return text.slice(0, at) + odd + text.slice(at + random.below(2))
}

type Json = Record<string, unknown>

/** Capability settings in which at most one member is wrong. */
export function settings(random: Random): unknown {
  const wrong = random.chance(0.6) ? random.pick(WRONGS) : undefined
  const contexts = record(
    Array.from({ length: 1 + random.below(3) }, (_, index) => [`com.example/${index}`, contextSettings(random)]),
  )
  const whole: Json = { contexts, ...(random.chance(0.2) && { later: fieldValue(random, 1) }) }
  return wrong === undefined ? whole : wrong(random, whole, contexts)
}

function contextSettings(random: Random): Json {
  const schema = { type: 'object', properties: { tenant: { type: 'string' } }, required: ['tenant'] }
  return {
    ...(random.chance(0.6) && { required: random.pick([[], ['tools/call'], ['tools/call', 'com.example/do']]) }),
    ...(random.chance(0.6) && { schema: random.pick([schema, {}, { type: 'object', additionalProperties: false }]) }),
    ...(random.chance(0.6) && { headers: bindings(random, random.below(4)) }),
    ...(random.chance(0.1) && { later: 1 }),
  }
}

function bindings(random: Random, count: number): Record<string, Binding> {
  const names = Array.from({ length: count }, (_, index) => `f${index}`)
  return Object.fromEntries(
    names.map((field) => [field, { name: `X-${field}`, type: random.pick(['string', 'integer', 'boolean'] as const) }]),
  )
}

const NOTHING_LIKE_IT = [null, true, 7, 'x', [], [{}], ['x', 7]]

type Wrong = (random: Random, whole: Json, contexts: Json) => unknown

/** Each member in turn, made into what it must not be; some end in what may be all the same. */
const WRONGS: readonly Wrong[] = [
  (random) => random.pick(NOTHING_LIKE_IT),
  (random, whole) => ({ ...whole, contexts: random.pick(NOTHING_LIKE_IT) }),
  (_, { contexts: _contexts, ...rest }) => rest,
  (random) => ({ contexts: record(numbered(random.pick([63, 64, 65, 66])).map((n) => [`com.example/${n}`, {}])) }),
  (random, _, contexts) => ({ contexts: { ...contexts, [random.pick(['', 'k'.repeat(256), 'k'.repeat(257)])]: {} } }),
  inContext((random) => random.pick(NOTHING_LIKE_IT)),
  inContext((random, context) => ({ ...context, required: random.pick([...NOTHING_LIKE_IT, {}]) })),
  inContext((random, context) => ({
    ...context,
    required: random.pick([[''], ['a', 'a'], ['a', 1], ['m'.repeat(256)], ['m'.repeat(257)], ['é'.repeat(256)]]),
  })),
  inContext((random, context) => ({ ...context, required: numbered(random.pick([255, 256, 257])) })),
  inContext((random, context) => ({ ...context, schema: random.pick(NOTHING_LIKE_IT) })),
  inContext((random, context) => ({ ...context, headers: random.pick([...NOTHING_LIKE_IT, {}]) })),
  inContext((random, context) => ({ ...context, headers: bindings(random, random.pick([63, 64, 65])) })),
  inContext((random, context) => ({
    ...context,
    headers: record([[fieldName(random, 2), { name: 'X', type: 'string' }]]),
  })),
  inBinding((random, binding) => ({ ...binding, name: random.pick([headerName(random), ...NOTHING_LIKE_IT]) })),
  inBinding((random, binding) => ({ ...binding, name: 'x'.repeat(random.pick([256, 257])) })),
  inBinding((random, binding) => ({
    ...binding,
    type: random.pick(['string', 'number', 'String', null, 1, ['string']]),
  })),
  inBinding((random, binding) => ({ ...binding, scheme: random.pick(['Bearer', 'bearer', 'Basic', null, '']) })),
  inBinding((random) => random.pick([...NOTHING_LIKE_IT, {}, { name: 'X' }, { type: 'string' }])),
]

function inContext(change: (random: Random, context: Json) => unknown): Wrong {
  return (random, whole, contexts) => {
    const key = random.pick(Object.keys(contexts))
    return { ...whole, contexts: { ...contexts, [key]: change(random, contexts[key] as Json) } }
  }
}

function inBinding(change: (random: Random, binding: Json) => unknown): Wrong {
  return inContext((random, context) => ({
    ...context,
    headers: { ...bindings(random, 2), other: change(random, { name: 'X-Other', type: 'string' }) },
  }))
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m${index}`)
}

/** An object with these members as its own, `__proto__` too. */
function record(entries: readonly (readonly [name: string, value: unknown])[]): Json {
  return Object.fromEntries(entries)
}
