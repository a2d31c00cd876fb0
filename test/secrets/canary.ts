// Secrets that stand out wherever they appear, and a search for them that knows the ways in which text gets quoted.
import { inspect } from 'node:util'

/** No other text has any six letters of it in a row. */
const WORD = 'Zq7Wv9Xk2Jp4Hm'
const PIN = 739_146_217

/** Values of a sensitive field, of every kind that JSON has and that can say something. */
export const CANARIES = {
  'a word': WORD,
  'text with quotes and line breaks': `"${WORD}"\\\n'${WORD}'\t\`${WORD}\``,
  'text beyond ASCII': `Zürich ${WORD} 🏔`,
  'a number': PIN,
  'a list': ['', [WORD], PIN],
  'a record': { [WORD]: { [`name ${WORD}`]: `value ${WORD}`, pin: PIN } },
} as const

export const { 'a word': TOKEN } = CANARIES

const SHORTEST_PART = 6

function parts(text: string, length: number): string[] {
  return Array.from({ length: text.length - length + 1 }, (_, start) => text.slice(start, start + length))
}

/** Base64 of the word is one of three, by what stands before it; its ends depend on what stands around it. */
function base64Parts(): string[] {
  return [0, 1, 2].flatMap((before) => {
    const base64 = Buffer.from('\0'.repeat(before) + WORD).toString('base64')
    return parts(base64.slice(4, -4), 8)
  })
}

const NEEDLES = new Set([
  ...parts(WORD.toLowerCase(), SHORTEST_PART),
  ...parts(Buffer.from(WORD).toString('hex'), 2 * SHORTEST_PART),
  ...base64Parts().map((part) => part.toLowerCase()),
  ...[PIN.toString(), PIN.toExponential(), PIN.toString(16), PIN.toLocaleString('en')],
])

/** The parts of a secret that a text shows. */
export function leaksIn(text: string): string[] {
  const lower = text.toLowerCase()
  return [...NEEDLES].filter((needle) => lower.includes(needle))
}

/** All that a log, a debugger or a careless template could show of a value. */
export function shown(value: unknown): string {
  const everything = { depth: Infinity, maxStringLength: null, maxArrayLength: null, compact: true } as const
  const texts = [
    inspect(value, { ...everything, showHidden: true, showProxy: true }),
    inspect(value, { ...everything, getters: true }),
    inspect(value),
    attempt(() => String(value)),
    attempt(() => `${value as string}`),
    attempt(() => JSON.stringify(value)),
  ]
  if (value instanceof Error) {
    texts.push(value.message, value.stack ?? '', value.toString())
    if (value.cause !== undefined) texts.push(shown(value.cause))
  }
  return texts.join('\n')
}

function attempt(show: () => string | undefined): string {
  try {
    return show() ?? ''
  } catch (error) {
    return String(error)
  }
}

/** What is shown of a secret by each of some values, by their names; empty where all keep it. */
export function leaks(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const text = shown(value)
    const [first] = leaksIn(text)
    if (first === undefined) return []
    const at = text.toLowerCase().indexOf(first)
    return [`${name}: ...${text.slice(Math.max(0, at - 120), at + 40)}...`]
  })
}
