export { contextFetch, type FetchLike } from './context-fetch.js'
export { contextToHeaders, corsAllowHeaders, encodeHeaderValue } from './mirror-context.js'
export { decodeHeaderValue, type HeaderFields, headersToContext } from './read-headers.js'
