/** An object as one caller sees it: with some members in the place of its own. All else, what is set included, is its own. */
export function standIn<T extends object>(object: T, members: Readonly<Record<string, unknown>>): T {
  return new Proxy(object, {
    get: (_, name) => Reflect.get(Object.hasOwn(members, name) ? members : object, name),
    set: (_, name, value) => Reflect.set(object, name, value),
  })
}
