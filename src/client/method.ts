/** A method of a client, whatever it takes and gives. */
export type Method = (this: unknown, ...args: unknown[]) => unknown

/** The request options that the SDKs take last, as far as they are known here. */
export type Options = Readonly<Record<string, unknown>> | undefined
