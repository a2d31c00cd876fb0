import { describe, expect, test } from 'vitest'
import { folder } from './support/folder.js'
import { ONE_SENTENCE, REPOSITORY, run } from './support/program.js'

const files = folder()
const KEY = 'io.github.mcp-request-context/context'

/** An object of objects, `levels` deep. */
const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) })

const tenant = files.write('tenant.schema.json', {
  type: 'object',
  properties: {
    tenant: { const: 'acme' },
    plan: { enum: ['free', 'paid'] },
    mail: { type: 'string', format: 'email' },
    roles: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' } },
  },
  required: ['tenant'],
  additionalProperties: false,
})

describe('a valid payload exits with 0', () => {
  test.each<[string, string, unknown, ...string[]]>([
    ['a context is checked by default', 'context', { tenant: 'acme', user: { roles: ['editor'] } }],
    ['the context of a request', 'request-meta', { progressToken: 1, [KEY]: { tenant: 'acme' } }],
    [
      'settings, whose schema refers to another published one',
      'capability-settings',
      {
        contexts: { [KEY]: { headers: { tenant: { name: 'X-Tenant-Id', type: 'string' } } } },
      },
    ],
    ['the data of an error', 'error-data', { extension: KEY, key: KEY, reason: 'missing', issues: [] }],
    ['a header binding', 'header-binding', { name: 'X-Tenant-Id', type: 'string' }],
    ['a schema of the user', tenant, { tenant: 'acme', mail: 'a@example.com' }],
    ['JSON over many lines', 'context', '\n{\n  "tenant":\n    "acme"\n}\n'],
    ['JSON with a byte order mark and Windows line ends', 'context', '\ufeff{\r\n"tenant": "acme"\r\n}\r\n'],
    ['8 levels', 'context', nested(8)],
    ['8192 bytes', 'context', { a: 'é'.repeat(4092) }],
  ])('%s', async (_title, schema, payload) => {
    const input = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const { code, stdout, stderr } = await run(['validate', '-', '--schema', schema], input)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^valid: 1 value \(schema .+\)\n$/)
  })

  test('JSON lines, blank ones left out', async () => {
    const { code, stdout } = await run(['validate', '-'], '\n{"tenant":"acme"}\n\n{"tenant":"other"}\n{}')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'valid: 3 values (schema context)\n' })
  })
})

describe('an invalid payload exits with 1, and each issue has its line and JSON pointer', () => {
  test.each<[string, string, string, string[]]>([
    ['a value that is no object', 'context', '[]', ['1: : must be object']],
    ['a field name, at its own line', 'context', '{\n"a": 1,\n"b c": 2}', ['3: /b c: the name must match pattern']],
    ['a pointer with its escapes', 'context', '{"a/b~": 1}', ['1: /a~1b~0: the name must match pattern']],
    [
      'a context of too many levels',
      'context',
      JSON.stringify(nested(9)),
      ['1: /a/a/a/a/a/a/a/a: context is over the limit maxDepth: 8'],
    ],
    [
      'a context of too many bytes',
      'context',
      `{\n"a": "${'x'.repeat(8192)}"}`,
      ['1: : context is over the limit maxBytes: 8192'],
    ],
    ['"__proto__" within a field', 'context', '{"a":\n{"__proto__": 1}}', ['2: /a: "__proto__" cannot be a name']],
    ['"__proto__" as a field', 'context', '{"__proto__": {}}', ['1: /__proto__: the name must match pattern']],
    ['a number that is too large for JSON readers', 'context', '{"a": 1e999}', ['1: /a: JSON has no Infinity']],
    [
      'a member that is there twice',
      'context',
      '{"a": 1,\n"b": {"c": 1,\n"c": 2}}',
      ['3: /b/c: is a duplicate: its object already has this name'],
    ],
    [
      'issues of the schema and others, by line',
      'context',
      '{\n"b c": 1,\n"a": {"__proto__": 1}, "d": 1,\n"d": 2\n}',
      ['2: /b c: the name', '3: /a: "__proto__"', '4: /d: is a duplicate'],
    ],
    [
      'a context within a request',
      'request-meta',
      `{"${KEY}":\n{"a": ${JSON.stringify(nested(9))}}}`,
      ['2: /io.github.mcp-request-context~1context/a/a/a/a/a/a/a/a: context is over the limit maxDepth: 8'],
    ],
    [
      'each issue by a schema of the user',
      tenant,
      '{\n"plan": "S3CRET",\n"mail": "S3CRET",\n"roles": ["ok",\n"S3CRET"],\n"S": 1}',
      [
        "1: : must have required property 'tenant'",
        '2: /plan: must be equal to one of the allowed values',
        '3: /mail: must match format "email"',
        '5: /roles/1: must match pattern "^[a-z]+$"',
        '6: /S: is not a property that the schema allows',
      ],
    ],
    ['a constant, without either value', tenant, '{"tenant": "S3CRET"}', ['1: /tenant: must be equal to constant']],
  ])('%s', async (_title, schema, payload, expected) => {
    const file = files.write(`${_title.replace(/\W/g, '-')}.json`, payload)
    const { code, stdout, stderr } = await run(['validate', file, '-s', schema])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.slice(0, -1)).toEqual(expected.map((text) => expect.stringContaining(`${file}:${text}`)))
    expect(lines.at(-1)).toMatch(new RegExp(`^invalid: ${expected.length} issues? in 1 of 1 value \\(schema `))
    expect(stdout).not.toContain('S3CRET')
  })

  test('JSON lines, by their line, those included that are no JSON', async () => {
    const { code, stdout } = await run(['validate', '-'], '{"tenant":"acme"}\n[]\n{"tenant": S3CRET}\n\n{"a b":1}\n')
    expect(code).toBe(1)
    expect(stdout.split('\n')).toEqual([
      '-:2: : must be object',
      '-:3: : is not JSON: invalid symbol',
      expect.stringContaining('-:5: /a b: the name must match pattern'),
      'invalid: 3 issues in 3 of 4 values (schema context)',
      '',
    ])
  })

  test.each([
    ['a first line that is no JSON', 'nothing\n{"tenant":"acme"}\n', '-:1: : is not JSON: invalid symbol'],
    ['a line that is no UTF-8', Buffer.from([0x7b, 0x7d, 0x0a, 0xff, 0x0a]), '-:2: : is not UTF-8 text'],
  ])('JSON lines with %s', async (_title, input, expected) => {
    const { code, stdout } = await run(['validate', '-'], input)
    expect({ code, first: stdout.split('\n')[0] }).toEqual({ code: 1, first: expected })
  })

  test('a name cannot forge a line or drive a terminal', async () => {
    const { stdout } = await run(['validate', '-'], JSON.stringify({ 'a\nok.json:1: \u001b[2J\u202e': 1 }))
    expect(stdout).toMatch(/^-:1: \/a\\u\{a\}ok\.json:1: \\u\{1b\}\[2J\\u\{202e\}: [^\n]+\ninvalid: [^\n]+\n$/)
  })

  test('issues beyond 100 of one value are counted, not listed', async () => {
    const { stdout } = await run(['validate', '-', '-s', tenant], JSON.stringify({ roles: Array(150).fill(1) }))
    expect(stdout.split('\n')).toHaveLength(103)
    expect(stdout).toContain('-:1: : 51 more issues in this value\ninvalid: 151 issues in 1 of 1 value')
  })

  test('a value that is nested a million levels deep is an issue, not a crash', async () => {
    const { code, stdout } = await run(['validate', '-'], `{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^-:1: : is nested too deeply to be checked\n/)
  })
})

describe('what cannot be validated exits with 2 and one sentence on stderr', () => {
  const schemas = {
    broken: files.write('broken.json', { type: 'strnig' }),
    regexp: files.write('regexp.json', { pattern: '(' }),
    remote: files.write('remote.json', { $ref: 'http://127.0.0.1:1/schema.json' }),
    sibling: files.write('sibling.json', { $ref: 'tenant.schema.json' }),
    dialect: files.write('dialect.json', { $schema: 'https://example.com/mine' }),
    list: files.write('list.json', []),
  }
  test.each<[string, string[], string | Buffer, RegExp]>([
    ['no such file', ['nowhere.json'], '', /cannot read nowhere\.json: there is no such file/],
    ['a folder', [REPOSITORY], '', /it is a folder/],
    ['an empty payload', ['-'], '', /stdin is empty/],
    ['a blank payload', ['-'], ' \n\n', /stdin is empty/],
    ['text', ['-'], 'S3CRET\n', /stdin is not JSON: invalid symbol on line 1/],
    ['JSON with a missing comma', ['-'], '{\n"a": 1\n"b": 2\n}\n', /stdin is not JSON: comma expected on line 3/],
    ['JSON that ends too early', ['-', '--json'], '{\n"a": [\n', /is not JSON: close bracket expected on line 2/],
    ['two values, with --json', ['-', '--json'], '{}\n{}', /is not JSON: end of file expected on line 2/],
    ['no line of JSON, with --lines', ['-', '--lines'], 'a\nb\n', /none of its lines is a JSON value/],
    ['UTF-16', ['-'], Buffer.from('\ufeff{}', 'utf16le'), /it is not UTF-8 text/],
    ['a schema name that is not published', ['-', '-s', 'contxt'], '{}', /no published schema "contxt": use .*context/],
    ['no such schema file', ['-', '-s', './none.json'], '{}', /cannot read \.\/none\.json/],
    ['a schema that is no object', ['-', '-s', schemas.list], '{}', /is not a JSON Schema/],
    ['a schema that does not compile', ['-', '-s', schemas.broken], '{}', /does not compile/],
    ['a pattern that is not valid', ['-', '-s', schemas.regexp], '{}', /does not compile/],
    ['a remote reference', ['-', '-s', schemas.remote], '{}', /never fetched/],
    ['a reference to another file', ['-', '-s', schemas.sibling], '{}', /never fetched/],
    ['an unknown dialect', ['-', '-s', schemas.dialect], '{}', /uses an unknown dialect/],
    ['a value over --max-bytes', ['-', '--max-bytes', '10'], '{"a":"12345"}', /takes more than 10 bytes/],
    [
      'a line over --max-bytes',
      ['-', '--max-bytes', '10'],
      '{"a":1}\n{"a":"12345"}\n{}\n',
      /line 2 takes more than 10 bytes/,
    ],
  ])('%s', async (_title, args, input, expected) => {
    const { code, stderr, stdout } = await run(['validate', ...args], input)
    expect(code).toBe(2)
    expect(stderr).toMatch(ONE_SENTENCE)
    expect(stderr).toMatch(expected)
    expect(stdout + stderr).not.toContain('S3CRET')
  })

  test('a draft-07 schema is one, too', async () => {
    const draft = files.write('draft-07.json', {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { a: { type: 'string' } },
      properties: { a: { $ref: '#/definitions/a' } },
    })
    const { code, stdout } = await run(['validate', '-', '-s', draft], '{"a":1}')
    expect({ code, first: stdout.split('\n')[0] }).toEqual({ code: 1, first: '-:1: /a: must be string' })
  })
})
