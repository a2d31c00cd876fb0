// A schema's message about another field is withheld where it quotes a sensitive one, however it does.
import fc from 'fast-check'
import { type ContextRejection, decodeContext, defineContext } from 'mcp-request-context'
import { expect, test } from 'vitest'
import { runs } from '../hostile/values.js'
import { CANARIES, leaks, TOKEN } from './canary.js'
import { schemaOf } from './planted.js'

/** What is told of a context for which a schema has this message, about another field. */
function told(token: unknown, message: string): ContextRejection {
  const schema = schemaOf(() => ({ issues: [{ path: ['tenant'], message }] }))
  const decoded = decodeContext(defineContext({ schema, sensitive: ['token'] }), { tenant: 'acme', token })
  if (decoded instanceof Promise || decoded.ok) throw new Error('accepted')
  return decoded.rejection
}

const WITHHELD = { path: ['tenant'], message: 'is not valid' }

/** A text that no message has by chance. */
const secret = fc.string({ unit: fc.constantFrom(...'abXYéж漢🏔"\\\n 0-_.'), minLength: 1, maxLength: 12 })
const around = fc.string({ unit: fc.constantFrom(...'qé"\\ 0'), maxLength: 6 })

test('a message that holds the whole of a secret is withheld', () => {
  const property = fc.property(secret, around, around, (secret, before, after) => {
    if (secret.trim() === '') return
    for (const [token, quoted] of [
      [secret, secret],
      [[secret], secret.toUpperCase()],
      [{ [secret]: 1 }, secret],
    ] as const) {
      expect(told(token, before + quoted + after).issues).toEqual([WITHHELD])
    }
  })
  fc.assert(property, runs(1000))
})

test.each(Object.entries(CANARIES))('so is one that quotes %s as JSON', (_kind, value) => {
  expect(leaks({ rejection: told(value, `does not go with ${JSON.stringify(value)}`) })).toEqual([])
  expect(leaks({ rejection: told(value, `does not go with ${JSON.stringify(JSON.stringify(value))}`) })).toEqual([])
})

test('a message that quotes nothing stays', () => {
  expect(told(TOKEN, 'is not one of ours').issues).toEqual([{ path: ['tenant'], message: 'is not one of ours' }])
})

test.each<[string, string, string]>([
  ['its first characters', TOKEN, `${TOKEN.slice(0, 8)}...`],
  ['its last characters', TOKEN, `...${TOKEN.slice(-8)}`],
  ['all but its first character', TOKEN, TOKEN.slice(1)],
  ['it before another letter, where it ends in a sigma', 'ΚΩΔΙΚΟΣ', 'ΚΩΔΙΚΟΣα'],
])('so is one that quotes of a secret %s', (_claim, token, quoted) => {
  expect(told(token, `does not go with ${quoted}`).issues).toEqual([WITHHELD])
})

test('what a message says is on one line', () => {
  const raw = {
    user: { 'x\nERROR: forged\u001b[2J': Object.defineProperty({}, '__proto__', { value: 1, enumerable: true }) },
  }
  const decoded = decodeContext(defineContext({ schema: schemaOf((value) => ({ value })) }), raw)
  expect((decoded as { rejection: ContextRejection }).rejection.message).not.toMatch(/\p{Cc}/u)
})
