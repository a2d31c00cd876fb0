/** A method of a client, whatever it takes and gives. */
export type Method = (this: unknown, ...args: unknown[]) => unknown

/** The request options that the SDKs take last, as far as they are known here. */
export type Options = Readonly<Record<string, unknown>> | undefined

/** A client as one method sees it, with another `request`. It is for methods that change nothing on their client. */
export function withRequest<T extends object>(client: T, request: Method): T {
  // A literal defines the member; assigned, a view would hand it on to its client.
  return { __proto__: client, request } as unknown as T
}
