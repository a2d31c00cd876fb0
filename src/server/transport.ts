/** What this package needs of a transport: the `Transport` of either SDK major, or anything of its shape. */
export interface ContextCapableTransport {
  start(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: the message types of the SDK majors differ
  send(message: any, options?: any): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onmessage?: ((message: any, extra?: any) => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onclose?: (() => void) | undefined
}
