// Values that nobody sends by accident. A value is generated as a plan of plain JSON, so that a counterexample can be
// read and made again, and built from it just before it is used.
import fc from 'fast-check'
import { MAKERS, WRAPPERS } from './not-json.js'

/** Says in a plan that what follows is no JSON. */
const MARK = '\u2620 '

/** Set by scripts/fuzz.ts: how long each property runs, and where its input starts. */
const { FUZZ_MILLISECONDS, FUZZ_SEED } = process.env

/** How often a property runs: so many times, always with the same input. `npm run fuzz` runs it for a time instead. */
export function runs(numRuns: number): { numRuns: number; seed: number; interruptAfterTimeLimit: number } {
  if (FUZZ_MILLISECONDS !== undefined) {
    return {
      numRuns: Number.MAX_SAFE_INTEGER,
      seed: Number(FUZZ_SEED),
      interruptAfterTimeLimit: Number(FUZZ_MILLISECONDS),
    }
  }
  // Ends the search for a smaller input, where each of them runs into its own time limit.
  return { numRuns, seed: 20261121, interruptAfterTimeLimit: 20_000 }
}

const NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toJSON', 'then', 'toString', 'valueOf', 'hasOwnProperty', 'length'],
  ...['tenant', 'token', 'retries', 'dryRun', 'user', 'notes', 'a', 'A-_9', 'A'.repeat(64)],
]
const WRONG_NAMES = ['', ' ', '0', 'A'.repeat(65), 'é', '\ud800', '\u0000', '\u202e', 'a.b', 'a\nb', '\u001b[2J', '~1/']

export const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\n', '\u007f', 'é', '\ud83c', '\udfd4', '🏔', '\u2028', '\ufeff', 'Σ', 'İ'),
  }),
  fc.constantFrom(...NAMES, ...WRONG_NAMES, '=?base64??=', '=?base64?/+==?=', '=?base64?77u/YQ==?='),
)

export const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 2 ** 53, -(2 ** 53), 2 ** 53 - 1, 1e308, 5e-324, 1e21, 1e-7),
)

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...WRONG_NAMES) },
  { weight: 1, arbitrary: text },
)
const fieldName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('tenant', 'token', 'retries', 'dryRun', 'user', 'notes') },
  { weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,6}$/) },
  { weight: 1, arbitrary: name },
)

const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null))

/** An object of any names, `__proto__` too; of a name that comes twice the last counts, as in JSON. */
function objectOf(names: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc.array(fc.tuple(names, value), { maxLength: 5 }).map((members) => Object.fromEntries(members))
}

function tree(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 5 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      objectOf(name, tie('value')),
    ),
  }))
  return value
}

const nested = (levels: number, list: boolean): unknown => {
  let value: unknown = 0
  for (let level = 0; level < levels; level++) value = list ? [value] : { a: value }
  return value
}

/** Values at the edge of a limit, and far beyond. */
const extreme = fc.oneof(
  fc.tuple(fc.constantFrom(1, 6, 7, 8, 9, 40, 1000), fc.boolean()).map(([levels, list]) => nested(levels, list)),
  fc.constantFrom(10, 60, 8170, 8190, 8192, 50_000).map((length) => 'x'.repeat(length)),
  fc.constantFrom(10, 1360, 2730, 20_000).map((length) => 'é'.repeat(length)),
  fc
    .constantFrom(3, 62, 64, 65, 2000)
    .map((width) => Object.fromEntries(Array.from(Array(width), (_, i) => [`f${i}`, i]))),
  fc.constantFrom(8, 2000, 4095, 9000).map((length) => new Array(length).fill(0)),
)

/** Any JSON value. */
export const json: fc.Arbitrary<unknown> = tree(fc.oneof({ weight: 40, arbitrary: scalar }, extreme))

/** A context as the definition `bound` describes it; now and then one of its members is something else. */
function fieldsOf(other: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const mostly = (value: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 19, arbitrary: value }, { weight: 1, arbitrary: other })
  const user = fc.record(
    { id: mostly(text), roles: fc.array(mostly(text), { maxLength: 3 }) },
    { requiredKeys: ['id'] },
  )
  return fc.record(
    {
      tenant: mostly(text),
      token: mostly(text),
      retries: mostly(fc.integer()),
      dryRun: mostly(fc.boolean()),
      user: mostly(user),
      notes: mostly(fc.dictionary(text, fc.array(mostly(number), { maxLength: 3 }), { maxKeys: 3 })),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
}

/** JSON that is mostly a context: what lies behind the first check is reached, too. */
export const jsonContext: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fieldsOf(json) },
  { weight: 4, arbitrary: objectOf(fieldName, json) },
  { weight: 1, arbitrary: extreme },
  { weight: 1, arbitrary: json },
)

const KEYWORDS = [
  ...['$ref', '$dynamicRef', 'tsType', 'tsEnumNames', 'title', 'type', 'enum', 'pattern', 'minLength', 'default'],
  ...['properties', 'patternProperties', '$defs', 'items', 'anyOf', 'allOf', 'not', 'required', '__proto__', 'a'],
]
const KEYWORD_VALUES = [
  '#',
  '#/$defs/a',
  '#/properties/a',
  '#/$defs%/a',
  '(',
  '#a',
  'file:///etc/passwd',
  '/etc/passwd',
  'a.json',
  'object',
]

/** What is mostly a JSON Schema, if a strange one. */
export const jsonSchema: fc.Arbitrary<unknown> = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...KEYWORD_VALUES, '*/', '[', 'string; evil()'),
    { weight: 1, arbitrary: scalar },
    fc.array(tie('schema'), { maxLength: 3 }),
    { weight: 4, arbitrary: objectOf(fc.constantFrom(...KEYWORDS), tie('schema')) },
  ),
})).schema

const notJson = fc.constantFrom(...Object.keys(MAKERS)).map((kind) => MARK + kind)
const anyLeaf = fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 2, arbitrary: notJson })
const wrapped = fc
  .tuple(fc.constantFrom(...Object.keys(WRAPPERS)), tree(anyLeaf))
  .map(([kind, inner]) => ({ [MARK + kind]: inner }))

/** The plan of any value at all, for {@link build}. */
export const anything: fc.Arbitrary<unknown> = tree(fc.oneof({ weight: 4, arbitrary: anyLeaf }, wrapped))

/** The plan of an object whose members are any values at all. */
export const anyContext: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: objectOf(fieldName, anything) },
  { weight: 1, arbitrary: anything },
)

/** Makes the value that a plan stands for. */
export function build(plan: unknown): unknown {
  if (typeof plan === 'string') return plan.startsWith(MARK) ? MAKERS[plan.slice(MARK.length)]?.() : plan
  if (typeof plan !== 'object' || plan === null) return plan
  if (Array.isArray(plan)) return plan.map(build)
  const members = Object.entries(plan)
  const [first] = members
  if (first?.[0].startsWith(MARK)) return WRAPPERS[first[0].slice(MARK.length)]?.(build(first[1]))
  return Object.fromEntries(members.map(([member, value]) => [member, build(value)]))
}
