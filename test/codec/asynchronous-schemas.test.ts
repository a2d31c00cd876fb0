// A schema whose functions are asynchronous: each runs once, and none of their promises is left alone.
import { type ContextSchema, decodeContext, defineContext, encodeContext } from 'mcp-request-context'
import * as v from 'valibot'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import * as zm from 'zod/mini'
import { settled } from '../support/eventually.js'

/** The rejections that nobody handles until the test ends. Node ends a process for one. */
function unhandledRejections(): unknown[] {
  const reasons: unknown[] = []
  const listener = (reason: unknown) => reasons.push(reason)
  const others = process.rawListeners('unhandledRejection') as ((reason: unknown) => void)[]
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', listener)
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
  })
  return reasons
}

type Check = (token: string) => unknown

const SCHEMAS: [string, (check: Check) => ContextSchema][] = [
  ['a transform of zod', (check) => z.object({ token: z.string().transform((token) => check(token)) })],
  [
    'an optional transform of zod',
    (check) =>
      z.object({
        token: z
          .string()
          .transform((token) => check(token))
          .optional(),
      }),
  ],
  [
    'a transform of zod in a union',
    (check) =>
      z.union([z.object({ token: z.string().transform((token) => check(token)) }), z.object({ n: z.number() })]),
  ],
  [
    'a transform of a whole object of zod',
    (check) => z.object({ token: z.string() }).transform(async ({ token }) => ({ token: await check(token) })),
  ],
  [
    'a transform of zod in a lazy schema',
    (check) => z.object({ token: z.lazy(() => z.string().transform((token) => check(token))) }),
  ],
  ['preprocess of zod', (check) => z.object({ token: z.preprocess((token) => check(String(token)), z.string()) })],
  [
    'a refinement of zod',
    (check) => z.object({ token: z.string().refine(async (token) => Boolean(await check(token))) }),
  ],
  [
    'a superRefine of zod',
    (check) => z.object({ token: z.string().superRefine(async (token) => void (await check(token))) }),
  ],
  [
    'a transform of zod/mini',
    (check) =>
      zm.object({
        token: zm.pipe(
          zm.string(),
          zm.transform((token) => check(token as string)),
        ),
      }),
  ],
  [
    'a transform of valibot',
    (check) =>
      v.objectAsync({
        token: v.pipeAsync(
          v.string(),
          v.transformAsync(async (token) => check(token)),
        ),
      }),
  ],
]

describe.each(SCHEMAS)('%s', (_claim, schemaOf) => {
  test('that rejects refuses the context, runs once for each, and leaves no rejection unhandled', async () => {
    const unhandled = unhandledRejections()
    let runs = 0
    const definition = defineContext({
      schema: schemaOf(() => {
        runs++
        return Promise.reject(new Error('the token is not signed'))
      }) as ContextSchema<Record<string, unknown>>,
      sensitive: ['token'],
    })
    for (const count of [1, 2, 3]) {
      expect(await decodeContext(definition, { token: 'canary' })).toMatchObject({
        ok: false,
        rejection: { reason: 'invalid' },
      })
      expect(runs).toBe(count)
    }
    await expect((async () => encodeContext(definition, { token: 'canary' }))()).rejects.toMatchObject({
      code: 'invalid',
    })
    await settled()
    expect(unhandled).toEqual([])
  })

  test('that fulfils runs once for each context', async () => {
    let runs = 0
    const definition = defineContext({
      schema: schemaOf(async (token) => {
        runs++
        return token
      }) as ContextSchema<Record<string, unknown>>,
    })
    for (const count of [1, 2, 3]) {
      expect(await decodeContext(definition, { token: 'TOKEN_1' })).toEqual({ ok: true, context: { token: 'TOKEN_1' } })
      expect(runs).toBe(count)
    }
  })
})

describe('a schema of zod with functions that are synchronous', () => {
  const definition = defineContext({
    schema: z.object({
      count: z.string().transform(Number),
      even: z.number().refine((n) => n % 2 === 0, 'must be even'),
      node: z.lazy(() => z.string()).optional(),
    }),
  })

  test('is asked synchronously', () => {
    expect(encodeContext(definition, { count: '7', even: 2 })).toEqual({ count: '7', even: 2 })
    expect(decodeContext(definition, { count: '7', even: 2 })).toEqual({ ok: true, context: { count: 7, even: 2 } })
  })

  test('says in its own words what is wrong', () => {
    expect(decodeContext(definition, { count: '7', even: 3 })).toMatchObject({
      rejection: { issues: [{ path: ['even'], message: 'must be even' }] },
    })
  })
})

test('what an asynchronous schema of zod finds wrong is told in its own words, from the first context on', async () => {
  const schema = z.object({ tenant: z.string().refine(async (tenant) => tenant === 'acme', 'is not a customer') })
  const definition = defineContext({ schema })
  for (const _ of [1, 2]) {
    expect(await decodeContext(definition, { tenant: 'globex' })).toMatchObject({
      rejection: { issues: [{ path: ['tenant'], message: 'is not a customer' }] },
    })
  }
})
