export { contextFetch, type FetchLike } from './context-fetch.js'
export { contextToHeaders, corsAllowHeaders, type HeaderFields, headersToContext } from './context-headers.js'
export { decodeHeaderValue, encodeHeaderValue } from './header-codec.js'
