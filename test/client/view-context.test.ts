// What a client gives to withContext is copied whole when the view is made.
import { ContextError, defineContext } from 'mcp-request-context'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeStatic, type ViewContext, withSource } from '../../src/client/view-context.js'

const definition = defineContext({ schema: z.looseObject({}) })
const EMPTY: ViewContext = {
  definition,
  requireSupport: false,
  sources: [],
  fields: undefined,
  isFlat: false,
  error: undefined,
  isValid: false,
}
const client = {}

class User {
  roles = ['reader']
  since = new Date(0)
}

describe('a copy', () => {
  test.each<[string, () => { roles: string[] }]>([
    ['an object without a prototype', () => Object.assign(Object.create(null), { roles: ['reader'] })],
    ['an instance of a class', () => new User()],
    ['a plain object', () => ({ roles: ['reader'] })],
  ])('of %s does not change with it', (_what, make) => {
    const user = make()
    const context = withSource(EMPTY, { user, list: [user] })
    user.roles.push('admin')
    const encoded = JSON.stringify(encodeStatic(context, client))
    expect(encoded).toContain('reader')
    expect(encoded).not.toContain('admin')
  })

  test('of a date is what the date was', () => {
    const at = new Date(0)
    const context = withSource(EMPTY, { at, within: { at } })
    at.setTime(1e12)
    const date = '1970-01-01T00:00:00.000Z'
    expect(encodeStatic(context, client)).toEqual({ at: date, within: { at: date } })
  })

  test.each<[string, (user: { bad?: unknown }) => void, (string | number)[]]>([
    ['a Map', (user) => Object.assign(user, { bad: new Map() }), ['user', 'bad']],
    ['an invalid date', (user) => Object.assign(user, { bad: [new Date(Number.NaN)] }), ['user', 'bad', 0]],
    ['a cycle', (user) => Object.assign(user, { bad: user }), ['user', 'bad']],
  ])('with %s within fails each call, at its path, whatever is done to it later', (_what, spoil, path) => {
    const user: { bad?: unknown } = {}
    spoil(user)
    const context = withSource(EMPTY, { user })
    delete user.bad
    for (const _call of [1, 2]) {
      expect(() => encodeStatic(context, client)).toThrow(
        expect.objectContaining({
          code: 'invalid',
          issues: [{ path, message: expect.stringContaining('JSON has no') }],
        }),
      )
    }
  })

  test('with what cannot be sent is replaced by a later one without it', () => {
    const context = withSource(withSource(EMPTY, { user: new Map(), plan: 'pro' }), { user: 'u-7' })
    expect(encodeStatic(context, client)).toEqual({ user: 'u-7', plan: 'pro' })
  })
})

test.each([Promise.resolve({}), new Map(), [], null, 'x'])('%o is no source', (source) => {
  expect(() => withSource(EMPTY, source)).toThrow(ContextError)
})
