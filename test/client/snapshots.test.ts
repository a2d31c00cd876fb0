// What a client gives to withContext is copied whole when the view is made.
import { ContextError, defineContext } from 'mcp-request-context'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { snapshotFields } from '../../src/client/sources.js'

const definition = defineContext({ schema: z.looseObject({}) })

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
    const fields = snapshotFields({ user, list: [user] }, definition)
    user.roles.push('admin')
    expect(JSON.stringify(fields)).not.toContain('admin')
  })

  test('of a date is what the date was', () => {
    const at = new Date(0)
    const fields = snapshotFields({ at, within: { at } }, definition)
    at.setTime(1e12)
    expect(fields).toEqual({ at: '1970-01-01T00:00:00.000Z', within: { at: '1970-01-01T00:00:00.000Z' } })
  })

  test.each<[string, (user: { bad?: unknown }) => void, (string | number)[]]>([
    ['a Map', (user) => Object.assign(user, { bad: new Map() }), ['user', 'bad']],
    ['an invalid date', (user) => Object.assign(user, { bad: [new Date(Number.NaN)] }), ['user', 'bad', 0]],
    ['a cycle', (user) => Object.assign(user, { bad: user }), ['user', 'bad']],
  ])('with %s within fails each call, at its path, whatever is done to it later', (_what, spoil, path) => {
    const user: { bad?: unknown } = {}
    spoil(user)
    const { user: kept } = snapshotFields({ user }, definition)
    delete user.bad
    expect(() => (kept as { toJSON(): unknown }).toJSON()).toThrow(
      expect.objectContaining({
        code: 'invalid',
        issues: [{ path, message: expect.stringContaining('JSON cannot carry') }],
      }),
    )
  })
})

test.each([Promise.resolve({}), new Map(), [], null, 'x'])('%o is no source', (source) => {
  expect(() => snapshotFields(source, definition)).toThrow(ContextError)
})
