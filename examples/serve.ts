import type { Server } from 'node:http'

export const HOST = '127.0.0.1'
export const PORT = Number(process.env.PORT ?? 3000)

/**
 * Serves an example on its port until the process gets a signal to stop.
 *
 * @param close closes what else the example has open
 */
export function serve(http: Server, { path = '/mcp', close = async () => {} } = {}): void {
  http.listen(PORT, HOST, () => started(path))
  onStop(async () => {
    await close()
    http.close()
    http.closeAllConnections()
  })
}

/** Prints the URL of an example. */
export function started(path = '/mcp'): void {
  console.log(`http://${HOST}:${PORT}${path}`)
}

export function onStop(stop: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
}
