/** Headers that no field can be bound to (RC-032), by their names in lower case and by whom they belong to. */
const RESERVED_HEADERS: readonly RegExp[] = [
  // Families of names, among them those of MCP.
  /^(?:accept|access-control|content|if|mcp|proxy|sec)-/,
  // HTTP itself: what a message, a cache or a server says.
  /^(?:accept|age|allow|alt-svc|cache-control|date|etag|expect|expires|last-modified|location|pragma|range|retry-after|server|vary|warning|www-authenticate)$/,
  // Connections and proxies.
  /^(?:connection|forwarded|host|http2-settings|keep-alive|max-forwards|te|trailer|transfer-encoding|upgrade|via|x-forwarded-(?:for|host|port|proto)|x-real-ip)$/,
  // Browsers and other clients.
  /^(?:cookie2?|dnt|dpop|from|last-event-id|origin|referer|set-cookie2?|upgrade-insecure-requests|user-agent)$/,
]

/** Whether a header, by its name in lower case, is one that no field can be bound to (RC-032). */
export function isReservedHeader(lowerCaseName: string): boolean {
  return RESERVED_HEADERS.some((names) => names.test(lowerCaseName))
}
