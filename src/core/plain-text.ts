/** Text that JSON does not escape and UTF-8 does not lengthen: its length is its size. */
export const PLAIN_TEXT = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
