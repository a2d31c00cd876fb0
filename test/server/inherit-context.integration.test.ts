import { setTimeout as sleep } from 'node:timers/promises'
import { ContextError, contextErrorFrom, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, inheritContext, installContext, runWithContext } from 'mcp-request-context/server'
import * as v from 'valibot'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { testContext, traceContext } from '../support/contexts.js'
import { httpTransport, serveStateless } from '../support/http.js'
import { answerOf, connectInMemory, type Extra, MAJORS, newClient, newServer, reply } from '../support/sdk.js'

type Definition = typeof testContext

const slowContext = defineContext({
  key: 'com.example/slow',
  schema: z.object({ a: z.string().refine(async () => true) }),
})

const codeOf = (error: unknown) => contextErrorFrom(error)?.code ?? error

describe.each(MAJORS)('in a gateway of SDK %i', (major) => {
  /** Calls a gateway's tool, which calls with the view that `bind` makes; the answer is what arrived behind it. */
  async function throughGateway(
    bind: (client: ReturnType<typeof behind>) => object,
    context: object | undefined,
    installed: { key: string } = testContext,
  ) {
    const { call } = await gateway((client) => bind(client) as ReturnType<typeof behind>, installed)
    return call(context)
  }

  function behind(client: ReturnType<typeof newClient>, definition: unknown = testContext) {
    return createContextClient(client, definition as Definition)
  }

  async function gateway(
    bind: (client: ReturnType<typeof behind>) => ReturnType<typeof behind>,
    installed: { key: string } = testContext,
    wait = async () => {},
  ) {
    const server = newServer(major)
    server.registerTool('received', {}, (extra: Extra) => reply((extra.mcpReq ?? extra)._meta ?? {}))
    const client = newClient(major)
    await connectInMemory(client, server)
    const view = bind(behind(client))

    const front = installContext(newServer(major), installed as Definition)
    front.registerTool('forward', {}, async () => {
      await wait()
      try {
        return reply(answerOf(await view.callTool({ name: 'received' })))
      } catch (error) {
        return reply({ refused: codeOf(error) })
      }
    })
    const caller = newClient(major)
    await connectInMemory(caller, front)
    const call = async (context: object | undefined) => {
      const _meta = context === undefined ? undefined : { [installed.key]: context }
      return answerOf(await caller.callTool({ name: 'forward', ...(_meta && { _meta }) }))
    }
    return { call, view }
  }

  const inTestContext = (fields: object) => ({ [testContext.key]: fields })

  test('the named fields go on, and nothing else does', async () => {
    const inherit = inheritContext(testContext, ['tenant', 'user'])
    const context = { tenant: 'acme', token: 'TOKEN_1', retries: 2, user: { id: 'u', roles: ['r'] } }
    const arrived = await throughGateway((client) => client.withContext(inherit), context)
    expect(arrived).toEqual(inTestContext({ tenant: 'acme', user: { id: 'u', roles: ['r'] } }))
    expect(JSON.stringify(arrived)).not.toContain('TOKEN_1')
  })

  test('a sensitive field goes on where it is named', async () => {
    const inherit = inheritContext(testContext, ['token'])
    const arrived = await throughGateway((client) => client.withContext(inherit), { tenant: 'acme', token: 'TOKEN_1' })
    expect(arrived).toEqual(inTestContext({ token: 'TOKEN_1' }))
  })

  test('what came goes on, and not what the schema made of it', async () => {
    const definition = defineContext({
      schema: z.object({
        at: z.string().transform((at) => new Date(at)),
        count: z.string().transform(Number),
        region: z.string().default('eu'),
      }),
    })
    const inherit = inheritContext(definition, ['at', 'count', 'region'])
    const context = { at: '2026-01-01', count: '007' }
    const arrived = await throughGateway(
      (client) => createContextClient(client, definition).withContext(inherit),
      context,
      definition,
    )
    expect(arrived).toEqual({ [definition.key]: context })
  })

  test('100 requests at once each pass on their own', async () => {
    const inherit = inheritContext(testContext, ['tenant', 'retries'])
    let waiting = 0
    const together = async () => {
      waiting++
      while (waiting < 100) await sleep(5)
      await sleep(Math.random() * 20)
    }
    const { call } = await gateway((client) => client.withContext(inherit), testContext, together)
    const calls = Array.from({ length: 100 }, async (_, index) => {
      const context = { tenant: `tenant-${index}`, retries: index }
      expect(await call({ ...context, token: `TOKEN_${index}` })).toEqual(inTestContext(context))
    })
    await Promise.all(calls)
  })

  describe('a request that lacks a named field', () => {
    test('passes on the others', async () => {
      const inherit = inheritContext(testContext, ['tenant', 'retries'])
      expect(await throughGateway((client) => client.withContext(inherit), { retries: 1 })).toEqual(
        inTestContext({ retries: 1 }),
      )
    })

    test.each<[string, object | undefined]>([
      ['has another field', { retries: 1 }],
      ['has an empty context', {}],
      ['has no context', undefined],
    ])('gets none of an earlier source: it %s', async (_claim, context) => {
      const inherit = inheritContext(testContext, ['tenant'])
      const bind = (client: ReturnType<typeof behind>) =>
        client.withContext({ tenant: 'system', dryRun: true }).withContext(inherit)
      expect(await throughGateway(bind, context)).toEqual(inTestContext({ dryRun: true }))
      expect(await throughGateway((client) => client.withContext(inherit), context)).toEqual(inTestContext({}))
    })

    test('leaves a later source alone', async () => {
      const inherit = inheritContext(testContext, ['tenant', 'retries'])
      const bind = (client: ReturnType<typeof behind>) => client.withContext(inherit).withContext({ tenant: 'fixed' })
      expect(await throughGateway(bind, { tenant: 'acme', retries: 1 })).toEqual(
        inTestContext({ tenant: 'fixed', retries: 1 }),
      )
    })
  })

  test('outside a request nothing is inherited, and earlier sources stay', async () => {
    const inherit = inheritContext(testContext, ['tenant'])
    const { view } = await gateway((client) => client.withContext({ tenant: 'system' }).withContext(inherit))
    expect(answerOf(await view.callTool({ name: 'received' }))).toEqual(inTestContext({ tenant: 'system' }))
    const { view: bare } = await gateway((client) => client.withContext(inherit))
    expect(answerOf(await bare.callTool({ name: 'received' }))).toEqual({})
    expect(await bare.listTools()).toMatchObject({ tools: [{ name: 'received' }] })
  })

  test('the server behind refuses what it requires and does not get', async () => {
    const strict = installContext(newServer(major), testContext, { required: true })
    strict.registerTool('received', {}, () => reply('handled'))
    const client = newClient(major)
    await connectInMemory(client, strict)
    const view = createContextClient(client, testContext).withContext(inheritContext(testContext, ['tenant']))
    const call = () => view.callTool({ name: 'received' }).then(answerOf, codeOf)
    expect(await call()).toBe('missing')
    // An empty context is a context: what has to be in it is for the schema to say.
    expect(await runWithContext(testContext, { retries: 1 }, call)).toBe('handled')
    expect(await runWithContext(testContext, { tenant: 'acme' }, call)).toBe('handled')
  })

  test('a definition of its own under another key takes the fields', async () => {
    const own = defineContext({ key: 'com.example/behind', schema: z.object({ tenant: z.string().optional() }) })
    const inherit = inheritContext(testContext, ['tenant'])
    const arrived = await throughGateway((client) => createContextClient(client, own).withContext(inherit), {
      tenant: 'acme',
    })
    expect(arrived).toEqual({ [own.key]: { tenant: 'acme' } })
  })

  test('what the definition behind refuses is not sent', async () => {
    const own = defineContext({ schema: z.object({ tenant: z.string().max(3).optional() }) })
    const inherit = inheritContext(testContext, ['tenant'])
    const arrived = await throughGateway((client) => createContextClient(client, own).withContext(inherit), {
      tenant: 'acme',
    })
    expect(arrived).toEqual({ refused: 'invalid' })
  })

  test('nothing goes on that the gateway did not check', async () => {
    const other = defineContext({ schema: testContext.schema })
    for (const fields of [['tenant'], 'all'] as const) {
      const bind = (client: ReturnType<typeof behind>) =>
        client.withContext(inheritContext(other, fields as ['tenant']))
      expect(await throughGateway(bind, { tenant: 'acme', token: 't' })).toEqual({ refused: 'not_installed' })
    }
    const elsewhere = (client: ReturnType<typeof behind>) =>
      createContextClient(client, traceContext).withContext(inheritContext(traceContext, ['span']))
    expect(await throughGateway(elsewhere, { tenant: 'acme' })).toEqual({ refused: 'not_installed' })
  })

  describe('all', () => {
    test('every field goes on as it came, and no field that the definition lacks', async () => {
      const bind = (client: ReturnType<typeof behind>) => client.withContext(inheritContext(testContext, 'all'))
      const context = { tenant: 'acme', token: 'TOKEN_1', user: { id: 'u' } }
      expect(await throughGateway(bind, { ...context, admin: true })).toEqual(inTestContext(context))
      expect(await throughGateway(bind, {})).toEqual(inTestContext({}))
    })

    test('a field that the request lacks is none of an earlier source', async () => {
      const bind = (client: ReturnType<typeof behind>) =>
        client.withContext({ tenant: 'system', dryRun: true }).withContext(inheritContext(testContext, 'all'))
      expect(await throughGateway(bind, { retries: 1 })).toEqual(inTestContext({ retries: 1 }))
      expect(await throughGateway(bind, undefined)).toEqual(inTestContext({}))
    })

    test('a schema that does not list its fields lets every one go on', async () => {
      const open = defineContext({ schema: z.looseObject({ tenant: z.string() }) })
      const bind = (client: ReturnType<typeof behind>) =>
        createContextClient(client, open).withContext(inheritContext(open, 'all'))
      const context = { tenant: 'acme', more: [1] }
      expect(await throughGateway(bind, context, open)).toEqual(inTestContext(context))
    })

    test('outside a request it is nothing', () => {
      expect(inheritContext(testContext, 'all')()).toBeUndefined()
    })
  })

  test('an asynchronous schema has to be installed', async () => {
    const bind = (client: ReturnType<typeof behind>) =>
      createContextClient(client, slowContext).withContext(inheritContext(slowContext, ['a']))
    expect(await throughGateway(bind, { a: 'x' }, slowContext)).toEqual({ [slowContext.key]: { a: 'x' } })
    const uninstalled = defineContext({ schema: slowContext.schema })
    const inherit = inheritContext(uninstalled, ['a'])
    expect(await throughGateway((client) => client.withContext(inherit as never), { a: 'x' })).toEqual({
      refused: 'not_installed',
    })
  })

  test('a notification whose context is refused has nothing to inherit', async () => {
    const inherit = inheritContext(testContext, ['tenant'])
    const server = installContext(newServer(major), testContext)
    const told = new Promise((resolve) => {
      server.server.oninitialized = () => resolve(inherit())
    })
    const client = newClient(major)
    await connectInMemory(client, server)
    await told
    const again = new Promise((resolve) => {
      server.server.oninitialized = () => resolve({ ...inherit(), met: true })
    })
    const _meta = { [testContext.key]: { tenant: 7 } }
    await client.notification({ method: 'notifications/initialized', params: { _meta } })
    expect(await again).toEqual({ tenant: undefined, met: true })
  })

  test('a field that was lifted from its header goes on', async () => {
    const inherit = inheritContext(testContext, ['tenant', 'retries'])
    const url = await serveStateless(major, () => {
      const server = installContext(newServer(major), testContext, { http: { lift: true, prefer: 'header' } })
      server.registerTool('inherited', {}, () => reply(inherit()))
      return server
    })
    const client = newClient(major)
    const requestInit = { headers: { 'X-Tenant-Id': 'from the proxy', 'X-Dry-Run': 'true' } }
    await client.connect(httpTransport(major, url, { requestInit }))
    onTestFinished(() => client.close())
    const view = createContextClient(client, testContext, { context: { tenant: 'forged', retries: 3, token: 't' } })
    const answer = answerOf(await view.callTool({ name: 'inherited' }))
    expect(answer).toEqual({ tenant: 'from the proxy', retries: 3 })
  })

  test('what is inherited is frozen, and a copy', async () => {
    const inherit = inheritContext(testContext, ['user'])
    const server = installContext(newServer(major), testContext)
    server.registerTool('read', {}, (extra: Extra) => {
      const inherited = inherit()
      const roles = inherited?.user?.roles
      const own = (extra.mcpReq ?? extra)._meta[testContext.key].user
      own.roles.push('own')
      return reply([
        [inherited, inherited?.user, roles].map(Object.isFrozen),
        roles,
        Object.isFrozen(own),
        getContext(testContext).user?.roles,
      ])
    })
    const client = newClient(major)
    await connectInMemory(client, server)
    const _meta = { [testContext.key]: { user: { id: 'u', roles: ['r'] } } }
    const answer = answerOf(await client.callTool({ name: 'read', _meta }))
    expect(answer).toEqual([[true, true, true], ['r'], false, ['r']])
  })
})

describe('within runWithContext', () => {
  test('it is the context given there', () => {
    const inherit = inheritContext(testContext, ['tenant'])
    const nested = () => runWithContext(traceContext, { span: 's' }, inherit)
    expect(runWithContext(testContext, { tenant: 'acme', token: 't' }, inherit)).toStrictEqual({ tenant: 'acme' })
    expect(runWithContext(testContext, { tenant: 'acme' }, nested)).toStrictEqual({ tenant: 'acme' })
    expect(() => runWithContext(traceContext, { span: 's' }, inherit)).toThrow(
      expect.objectContaining({ code: 'not_installed' }),
    )
    expect(inherit()).toBeUndefined()
  })

  test('the list is the one that was given, whatever becomes of it', () => {
    const fields: ('tenant' | 'token')[] = ['tenant']
    const inherit = inheritContext(testContext, fields)
    fields.push('token')
    expect(runWithContext(testContext, { tenant: 'acme', token: 't' }, inherit)).toStrictEqual({ tenant: 'acme' })
  })

  test('an inherited member is not taken for a field', () => {
    const open = defineContext({ schema: z.looseObject({ tenant: z.string() }) })
    const inherit = inheritContext(open, ['constructor', 'toString', 'tenant'])
    expect(runWithContext(open, { tenant: 'acme' }, inherit)).toStrictEqual({
      constructor: undefined,
      toString: undefined,
      tenant: 'acme',
    })
  })
})

describe('a list of fields', () => {
  const valibot = v.object({ tenant: v.string() })
  const silent = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
  const elsewhere = { properties: { tenant: {} }, anyOf: [{ properties: { b: {} } }] }
  const union = z.union([z.object({ a: z.string() }), z.object({ a: z.string(), b: z.string() })])

  test.each<[string, unknown, unknown, RegExp]>([
    ['is empty', testContext, [], /^inheritContext\(\): name the fields, such as \['tenant'\], or say 'all'$/],
    ['is a name', testContext, 'tenant', /name the fields/],
    ['is not there', testContext, undefined, /name the fields/],
    [
      'has a field twice',
      testContext,
      ['tenant', 'retries', 'tenant'],
      /^inheritContext\(\): "tenant" is listed twice$/,
    ],
    [
      'has an unknown field',
      testContext,
      ['tenant', 'tenat'],
      /^inheritContext\(\): there is no field "tenat"; there are tenant, token, retries, dryRun, user$/,
    ],
    ['has a name that no field has', testContext, ['__proto__'], /"__proto__" is not a field name/],
    ['has what is no name', testContext, [7], /"7" is not a field name/],
    ['has a list for a name', testContext, [['tenant']], /is not a field name/],
    ['is of no definition', { key: 'tenant' }, ['tenant'], /not made by defineContext\(\)/],
    ['is of nothing', undefined, ['tenant'], /not made by defineContext\(\)/],
    [
      'has a field that a JSON Schema by hand lacks',
      defineContext({ schema: valibot, jsonSchema: { type: 'object', properties: { tenant: { type: 'string' } } } }),
      ['tenat'],
      /no field "tenat"; there are tenant$/,
    ],
    [
      'has an unknown field of a strict schema',
      defineContext({ schema: z.strictObject({ a: z.string() }) }),
      ['b'],
      /no field "b"/,
    ],
  ])('is refused at once if it %s', (_claim, definition, fields, message) => {
    const make = () => inheritContext(definition as Definition, fields as ['tenant'])
    expect(make).toThrow(ContextError)
    expect(make).toThrow(
      expect.objectContaining({ code: 'invalid_definition', message: expect.stringMatching(message) }),
    )
  })

  test.each<[string, unknown, string]>([
    ['says nothing of itself', defineContext({ schema: silent }), 'anything'],
    ['is open', defineContext({ schema: z.looseObject({ a: z.string() }) }), 'anything'],
    ['is a record', defineContext({ schema: z.record(z.string(), z.string()) }), 'anything'],
    ['has alternatives', defineContext({ schema: union }), 'b'],
    ['names some elsewhere', defineContext({ schema: valibot, jsonSchema: elsewhere }), 'b'],
  ])('is taken as it is where the schema %s', (_claim, definition, field) => {
    expect(inheritContext(definition as Definition, [field as 'tenant'])()).toBeUndefined()
  })
})
