/** One line of a payload, without its line feed. */
export interface ByteLine {
  readonly number: number
  readonly bytes: Buffer
}

const LINE_FEED = 0x0a

/**
 * Cuts bytes into lines, one at a time: no more than one line, and the chunk it ends in, is ever held.
 *
 * @param overlong makes the error for a line of more than `maxBytes` bytes, thrown before the rest of it is read
 */
export async function* byteLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
  overlong: (line: number) => Error,
): AsyncGenerator<ByteLine> {
  let number = 1
  let held: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      if (size + end - start > maxBytes) throw overlong(number)
      held.push(chunk.subarray(start, end))
      yield { number, bytes: join(held) }
      number++
      held = []
      size = 0
      start = end + 1
    }
    size += chunk.length - start
    if (size > maxBytes) throw overlong(number)
    if (start < chunk.length) held.push(chunk.subarray(start))
  }
  if (size > 0) yield { number, bytes: join(held) }
}

function join(parts: Buffer[]): Buffer {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
}
