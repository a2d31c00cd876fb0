const LONGEST = 80

/** A name for a message: quoted and escaped, and a long one cut, so that a peer's text cannot flood or forge a log line. */
export function quote(name: unknown): string {
  const text = typeof name === 'object' && name !== null ? Object.prototype.toString.call(name) : String(name)
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text)
}
