/**
 * A member of a client as a view shows it. One that holds the client, such as `experimental.tasks` of SDK 1.x, would
 * send past the view: it is shown with the view in the client's place, and stays as it is on the client.
 */
export function viewMember(client: object, name: PropertyKey, value: unknown, view: unknown): unknown {
  const internal = typeof name !== 'string' || name.startsWith('_')
  if (internal || typeof value !== 'object' || value === null || !holds(value, client, 2)) return value
  return new Proxy(value, {
    get(member, key) {
      const inner: unknown = Reflect.get(member, key)
      if (inner === client) return view
      return viewMember(client, key, inner, view)
    },
  })
}

function holds(value: object, client: object, levels: number): boolean {
  return Object.values(value).some(
    (inner) =>
      inner === client ||
      (levels > 1 && typeof inner === 'object' && inner !== null && isPlain(value) && holds(inner, client, levels - 1)),
  )
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}
