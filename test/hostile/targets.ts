// What the fuzzer throws bytes at, and what the recorded ones are thrown at on each run of the tests.
import { bound, DEFINITIONS } from './definitions.js'
import { admitsHarmlessly, type HeaderRecord } from './properties/admission.js'
import { readsPayloadHarmlessly, sanitizesHarmlessly } from './properties/command.js'
import { decodesHarmlessly, decodesJustly, measuresJustly } from './properties/decoding.js'
import { BOUND, decodesValueJustly, encodesJustly, readsHarmlessly } from './properties/headers.js'
import { readsErrorHarmlessly, readsSettingsHarmlessly } from './properties/told.js'

export interface Target {
  /** Fails where a property does not hold of an input. */
  readonly run: (input: Buffer) => Promise<void>
  /** What stands in such an input and no mutation would come upon. */
  readonly words: readonly string[]
}

const KEY = 'io.github.mcp-request-context/context'

const JSON_WORDS = [
  '{}',
  '[]',
  '""',
  ':',
  ',',
  'null',
  'true',
  '-0',
  '1e999',
  '"__proto__":',
  '\\u0000',
  '\\ud800',
  '[[[[[[[[[',
]
const FIELDS = [
  '"tenant":',
  '"token":',
  '"retries":',
  '"dryRun":',
  '"user":{"id":""}',
  '"roles":[""]',
  '"notes":{"a":[1]}',
]

/** The JSON that an input is; `undefined` for one that is none, which a transport refuses. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const TARGETS: Readonly<Record<string, Target>> = {
  /** A context, as JSON. */
  decode: {
    words: [...JSON_WORDS, ...FIELDS],
    run: async (input) => {
      const raw = parsed(input.toString())
      if (raw === undefined) return
      decodesJustly(raw)
      measuresJustly(raw)
      for (const definition of Object.values(DEFINITIONS)) await decodesHarmlessly(definition, raw)
    },
  },

  /** Header values, one on each line, as the bytes of HTTP are read; the first is decoded by itself, too. */
  header: {
    words: [
      '=?base64?',
      '?=',
      '=',
      '==',
      'Bearer ',
      'bearer  ',
      'true',
      'false',
      '-0',
      '9007199254740991',
      '\n',
      '\t',
      ' ',
    ],
    run: async (input) => {
      const values = input.toString('latin1').split('\n')
      decodesValueJustly(values[0] ?? '')
      encodesJustly(input.toString())
      encodesJustly(input.toString('utf16le'))
      for (const definition of BOUND) readsHarmlessly(definition, values)
    },
  },

  /** A message on the first line, as JSON, and the headers that it comes with on the others. */
  message: {
    words: [
      ...[...JSON_WORDS, ...FIELDS, '"id":1', '"method":"tools/call"', '"notifications/x"', '"params":{"_meta":{}}'],
      ...[`"_meta":{"${KEY}":{}}`, `"${KEY}":`, '\nx-tenant-id: a', '\nX-Retries: 1', '\nx-dry-run: true'],
      ...['\nauthorization: Bearer x', '=?base64?YQ==?='],
    ],
    run: async (input) => {
      const [line = '', ...lines] = input.toString('latin1').split('\n')
      const message = parsed(Buffer.from(line, 'latin1').toString())
      if (!isObject(message)) return
      await admitsHarmlessly(bound, message, lines.length > 0 ? headersOf(lines) : undefined)
      await admitsHarmlessly(DEFINITIONS.asynchronous as typeof bound, message)
    },
  },

  /** What a server says of itself: its settings, the data of its errors, the schema of a context. */
  settings: {
    words: [
      ...[
        ...JSON_WORDS,
        `"extension":"${KEY}"`,
        '"reason":"invalid"',
        '"issues":[{"path":[],"message":""}]',
        '"key":""',
      ],
      ...['"contexts":{"a":{}}', '"required":[""]', '"headers":{"a":{"name":"a","type":"string"}}', '"schema":{}'],
      ...[
        '"$ref":"#"',
        '"$ref":"#/$defs/a"',
        '"$defs":{"a":{}}',
        '"type":["null"]',
        '"pattern":"["',
        '"properties":{}',
      ],
      ...['"allOf":[{}]', '"enum":[]', '"minLength":0', '"tsType":""', '"scheme":"Bearer"', '"tsEnumNames":[]'],
    ],
    run: async (input) => {
      const told = parsed(input.toString())
      if (told === undefined) return
      readsErrorHarmlessly(told)
      readsSettingsHarmlessly(told)
      if (isObject(told)) sanitizesHarmlessly(told)
    },
  },

  /** A payload of the command line. */
  command: {
    words: [...JSON_WORDS, '\n', '\r\n', '{"a":1,"a":1}', '\ufeff', '//', '/**/', '\u2028', '\u0000'],
    run: readsPayloadHarmlessly,
  },
}

function headersOf(lines: readonly string[]): HeaderRecord {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined && name !== '__proto__') headers[name] = value.trim()
  }
  return headers
}
