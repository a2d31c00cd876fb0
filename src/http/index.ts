export { decodeHeaderValue, encodeHeaderValue } from './header-codec.js'
