import { isObject } from '../shared/get-own.js'

/** A method of an SDK object, whatever it takes and returns. */
export type Method = (this: unknown, ...args: unknown[]) => unknown

export const methodsOf = (object: object) => object as Readonly<Record<string, (...args: unknown[]) => unknown>>

/** An object with some members in place of its own. Everything else, also what is set on it, is the object's own. */
export function overlay<T extends object>(object: T, members: Readonly<Record<string, unknown>>): T {
  return new Proxy(object, { get: (_, name) => Reflect.get(Object.hasOwn(members, name) ? members : object, name) })
}

/**
 * A member of a client as a view shows it. A member that holds the client, such as `experimental.tasks` of SDK 1.x, would
 * send its requests on the client itself. The view shows it with the view in place of the client, and the client keeps
 * its own.
 */
export function wrapNestedClient(client: object, name: PropertyKey, member: unknown, view: unknown): unknown {
  const isInternal = typeof name !== 'string' || name.startsWith('_')
  if (isInternal || typeof member !== 'object' || member === null || !holds(member, client)) return member
  return new Proxy(member, {
    get(target, key) {
      const inner: unknown = Reflect.get(target, key)
      return inner === client ? view : wrapNestedClient(client, key, inner, view)
    },
  })
}

/** Whether an object, or an object within an object literal, has the client as a member. */
function holds(object: object, client: object): boolean {
  const members = Object.values(object)
  if (members.includes(client)) return true
  const isLiteral = Object.getPrototypeOf(object) === Object.prototype
  return isLiteral && members.some((member) => isObject(member) && Object.values(member).includes(client))
}

/** Puts a function in place of an object's method, where it has one. It is given the method and the arguments. */
export function intercept(client: object, name: string, by: (method: Method, args: unknown[]) => unknown): void {
  const method = (client as Record<string, Method | undefined>)[name]
  if (method === undefined) return
  const value: Method = (...args) => by(method, args)
  Object.defineProperty(client, name, { value, configurable: true, writable: true })
}

const standIns = /* @__PURE__ */ new WeakMap<object, object>()

/**
 * An object with the client as its prototype, to be the prototype of others: each has members of its own in place of the
 * client's. The client itself sends their requests.
 */
export function standIn(client: object): object {
  let made = standIns.get(client)
  if (made === undefined) {
    const request: Method = (...args) => methodsOf(client).request?.(...args)
    made = Object.create(client, { request: { value: request } }) as object
    standIns.set(client, made)
  }
  return made
}
