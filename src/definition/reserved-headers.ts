/** The headers that no field can be bound to (RC-032), by whom they belong to. `spec/vectors/bindings.json` has a case for each. */
const RESERVED_HEADERS: readonly RegExp[] = [
  // Families of names, among them those of MCP.
  /^(?:accept|access-control|content|if|mcp|proxy|sec)-/,
  // HTTP itself: what a message, a cache or a server says.
  /^(?:accept|age|allow|alt-svc|cache-control|date|etag|expect|expires|last-modified|location|pragma|range|retry-after|server|vary|warning|www-authenticate)$/,
  // Connections and proxies.
  /^(?:connection|forwarded|host|http2-settings|keep-alive|max-forwards|te|trailer|transfer-encoding|upgrade|via|x-forwarded-(?:for|host|port|proto)|x-real-ip)$/,
  // Browsers and other clients.
  /^(?:(?:set-)?cookie2?|dnt|dpop|from|last-event-id|origin|referer|upgrade-insecure-requests|user-agent)$/,
]

/**
 * Whether a header is one that no field can be bound to (RC-032).
 *
 * @param lowerCaseName its name in lower case: HTTP compares names without regard to case (RFC 9110, section 5.1)
 */
export function isReservedHeader(lowerCaseName: string): boolean {
  return RESERVED_HEADERS.some((names) => names.test(lowerCaseName))
}
