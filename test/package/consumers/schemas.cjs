const assert = require('node:assert/strict')

assert.equal(require('mcp-request-context/schemas/context.schema.json').title, 'RequestContext')
assert.equal(require('mcp-request-context/schemas/error-data.schema.json').title, 'ContextErrorData')
assert.equal(require('mcp-request-context/package.json').name, 'mcp-request-context')
console.log('ok')
