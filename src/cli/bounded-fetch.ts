/**
 * A `fetch` for talking to a server that is not trusted: a response of more than `maxBytes` bytes fails while it is
 * being read.
 */
export function boundedFetch(
  maxBytes: number,
): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (response.body === null || response.status < 200) return response
    let bytes = 0
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        if (bytes > maxBytes) controller.error(new Error(`its answer takes more than ${maxBytes} bytes`))
        else controller.enqueue(chunk)
      },
    })
    const { status, statusText, headers, url } = response
    const bounded = new Response(response.body.pipeThrough(counted), { status, statusText, headers })
    return Object.defineProperty(bounded, 'url', { value: url })
  }
}
