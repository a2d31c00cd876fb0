import { isObject } from '../core/own.js'

/**
 * A member of a client as a view shows it. One that holds the client, such as `experimental.tasks` of SDK 1.x, would
 * send past the view: it is shown with the view in the client's place, and stays as it is on the client.
 */
export function viewMember(client: object, name: PropertyKey, value: unknown, view: unknown): unknown {
  const internal = typeof name !== 'string' || name.startsWith('_')
  if (internal || typeof value !== 'object' || value === null || !holds(value, client)) return value
  return new Proxy(value, {
    get(member, key) {
      const inner: unknown = Reflect.get(member, key)
      if (inner === client) return view
      return viewMember(client, key, inner, view)
    },
  })
}

/** Whether an object, or one in a plain object, has the client as a member. */
function holds(value: object, client: object): boolean {
  const inner = Object.values(value)
  return (
    inner.includes(client) ||
    (isPlain(value) && inner.some((member) => isObject(member) && Object.values(member).includes(client)))
  )
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}
