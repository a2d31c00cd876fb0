// Changes an input a little: as bytes, or, where it is JSON, as a value.
import type { Random } from '../test/conformance/generate.js'

/** No input is longer: what is large is the affair of the tests of growth. */
const LONGEST = 8000

type Mutation = (input: Buffer, random: Random, words: readonly string[], other: Buffer) => Buffer

const piece = (input: Buffer, random: Random): Buffer => {
  const start = random.below(input.length + 1)
  return input.subarray(start, start + 1 + random.below(16))
}

/** Puts a piece into an input, in the place of as many of its bytes as are to go. */
function put(input: Buffer, random: Random, inserted: Uint8Array, gone = 0): Buffer {
  const at = random.below(input.length + 1)
  return Buffer.concat([input.subarray(0, at), inserted, input.subarray(at + gone)])
}

const BYTES: readonly Mutation[] = [
  (input, random) => put(input, random, Buffer.of(random.below(256)), 1),
  (input, random) => put(input, random, Buffer.of(random.below(128))),
  (input, random) => put(input, random, Buffer.of(), 1 + random.below(8)),
  (input, random) => put(input, random, piece(input, random)),
  (input, random) => put(input, random, Buffer.concat(Array(2 ** random.below(7)).fill(piece(input, random)))),
  (input, random, words) => put(input, random, Buffer.from(random.pick(words)), random.below(8)),
  (input, random, words) => put(input, random, Buffer.from(random.pick(words))),
  (input, random, _words, other) => put(input, random, piece(other, random), random.below(8)),
  (input, random, _words, other) =>
    Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1))]),
]

const VALUES: readonly unknown[] = [null, true, 0, -1, 1.5, 1e21, '', 'a', '\ud800', 'é\n', [], {}, [[]], { a: 1 }]

/** Replaces one value within a JSON value, at random. */
function replaced(value: unknown, random: Random, other: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.3)) {
    return random.pick<unknown>([
      ...VALUES,
      other,
      [value],
      [value, value],
      { a: value },
      'x'.repeat(random.below(300)),
    ])
  }
  if (Array.isArray(value)) {
    const list = [...value]
    const at = random.below(list.length + 1)
    if (random.chance(0.2)) list.splice(at, 1)
    else list[at] = replaced(list[at], random, other)
    return list
  }
  const members = Object.entries(value)
  const at = random.below(members.length + 1)
  const [name = random.pick(NAMES), member] = members[at] ?? []
  const change = random.below(5)
  if (change === 0) members.splice(at, 1)
  else if (change === 1) members[at] = [random.pick(NAMES), member]
  else members[at] = [name, replaced(member, random, other)]
  return Object.fromEntries(members)
}

const NAMES = ['a', 'tenant', 'token', 'retries', 'user', '__proto__', 'constructor', 'a b', 'x'.repeat(65)]

/** The same of the JSON on an input's first line; what is none stays as it is. */
const asJson: Mutation = (input, random, _words, other) => {
  const [line = '', ...rest] = input.toString().split('\n')
  const value = jsonOf(line)
  if (value === undefined) return input
  const changed = JSON.stringify(replaced(value, random, jsonOf(other.toString())))
  return Buffer.from([changed, ...rest].join('\n'))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An input that differs from another one in a few places. */
export function mutate(input: Buffer, random: Random, words: readonly string[], other: Buffer): Buffer {
  let mutated = input
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const mutation = random.chance(0.4) ? asJson : random.pick(BYTES)
    mutated = mutation(mutated, random, words, other)
  }
  return mutated.subarray(0, LONGEST)
}
