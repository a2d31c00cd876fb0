import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { type } from 'arktype'
import { type ContextOutput, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { type InheritedContext, inheritContext } from 'mcp-request-context/server'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const INFO = { name: 'test', version: '1.0.0' }

const zodMembers = [
  z.object({ kind: z.literal('user'), userId: z.string(), token: z.string() }),
  z.object({ kind: z.literal('service'), serviceId: z.string() }),
] as const
const valibotMembers = [
  v.object({ kind: v.literal('user'), userId: v.string(), token: v.string() }),
  v.object({ kind: v.literal('service'), serviceId: v.string() }),
] as const
const arktypeMembers = [
  type({ kind: '"user"', userId: 'string', token: 'string' }),
  type({ kind: '"service"', serviceId: 'string' }),
] as const

/** The options that name fields of either member. */
const NAMED = { headers: { userId: 'X-User-Id', serviceId: 'X-Service-Id' }, sensitive: ['token'] } as const

const zodDiscriminated = defineContext({ schema: z.discriminatedUnion('kind', [...zodMembers]), ...NAMED })
const zodUnion = defineContext({ schema: z.union([...zodMembers]), ...NAMED })
const valibotVariant = defineContext({ schema: v.variant('kind', [...valibotMembers]), ...NAMED })
const valibotUnion = defineContext({ schema: v.union([...valibotMembers]), ...NAMED })
const arktypeUnion = defineContext({ schema: arktypeMembers[0].or(arktypeMembers[1]), ...NAMED })

describe('a union takes the fields of every member', () => {
  it('in withContext', () => {
    const one = createContextClient(new ClientV1(INFO), zodDiscriminated)
    one.withContext({ kind: 'service', serviceId: 's1' }).withContext({ kind: 'user', userId: 'u', token: 't' })
    one.withContext({ kind: 'service', userId: undefined, token: undefined, serviceId: 's1' })
    createContextClient(new ClientV2(INFO), zodUnion).withContext({ serviceId: 's1' }).withContext({ token: 't' })
    createContextClient(new ClientV1(INFO), valibotVariant).withContext({ kind: 'service', serviceId: 's1' })
    createContextClient(new ClientV2(INFO), valibotUnion).withContext({ userId: 'u' }).withContext({ serviceId: 's' })
    createContextClient(new ClientV1(INFO), arktypeUnion).withContext({ kind: 'service', serviceId: 's1' })
    // @ts-expect-error a field that no member has
    one.withContext({ servceId: 's1' })
    // @ts-expect-error a value that no member takes
    one.withContext({ kind: 'robot' })
    // @ts-expect-error the same in valibot
    createContextClient(new ClientV1(INFO), valibotVariant).withContext({ servceId: 's1' })
    // @ts-expect-error the same in arktype
    createContextClient(new ClientV1(INFO), arktypeUnion).withContext({ servceId: 's1' })
  })

  it('in sources', () => {
    const client = createContextClient(new ClientV2(INFO), zodDiscriminated)
    client.withContext(() => ({ kind: 'service', serviceId: 's1' }))
    client.withContext(async ({ method }) =>
      method === 'ping' ? undefined : { kind: 'user', userId: 'u', token: 't' },
    )
    createContextClient(new ClientV1(INFO), valibotUnion).withContext(() => ({ serviceId: 's1' }))
    createContextClient(new ClientV1(INFO), arktypeUnion).withContext(async () => ({ userId: 'u' }))
    // @ts-expect-error a field that no member has
    client.withContext(() => ({ kind: 'service', servceId: 's1' }))
    // @ts-expect-error a value that no member takes
    client.withContext(() => ({ userId: 7 }))
  })

  it('in the options of the definition', () => {
    const schema = z.discriminatedUnion('kind', [...zodMembers])
    // @ts-expect-error a header of a field that no member has
    defineContext({ schema, headers: { usrId: 'X-User-Id' } })
    // @ts-expect-error a sensitive field that no member has
    defineContext({ schema, sensitive: ['tokn'] })
    // @ts-expect-error the same in valibot
    defineContext({ schema: v.union([...valibotMembers]), sensitive: ['tokn'] })
    // @ts-expect-error the same in arktype
    defineContext({ schema: arktypeMembers[0].or(arktypeMembers[1]), sensitive: ['tokn'] })
  })

  it('in inheritContext', () => {
    inheritContext(zodDiscriminated, ['kind', 'userId', 'serviceId'])
    inheritContext(valibotVariant, ['serviceId'])
    inheritContext(arktypeUnion, ['userId'])
    expectTypeOf<InheritedContext<typeof zodDiscriminated, 'kind' | 'userId'>>().toEqualTypeOf<{
      readonly kind: 'user' | 'service' | undefined
      readonly userId: string | undefined
    }>()
    const client = createContextClient(new ClientV1(INFO), zodDiscriminated)
    client.withContext(inheritContext(zodDiscriminated, ['kind', 'serviceId']))
    // @ts-expect-error a field that no member has
    inheritContext(zodDiscriminated, ['servceId'])
  })

  it('and a server narrows by the discriminator', () => {
    const context = {} as ContextOutput<typeof zodDiscriminated>
    if (context.kind === 'service') expectTypeOf(context.serviceId).toEqualTypeOf<string>()
    // @ts-expect-error not of this member
    else context.serviceId
  })
})

describe('an intersection takes the fields of both sides', () => {
  const zod = defineContext({
    schema: z.intersection(z.object({ tenant: z.string() }), z.object({ token: z.string() })),
    headers: { tenant: 'X-Tenant-Id' },
    sensitive: ['token'],
  })
  const valibot = defineContext({
    schema: v.intersect([v.object({ tenant: v.string() }), v.object({ token: v.string() })]),
    headers: { tenant: 'X-Tenant-Id' },
    sensitive: ['token'],
  })
  const arktype = defineContext({
    schema: type({ tenant: 'string' }).and({ token: 'string' }),
    headers: { tenant: 'X-Tenant-Id' },
    sensitive: ['token'],
  })

  it('in withContext, sources and inheritContext', () => {
    createContextClient(new ClientV1(INFO), zod)
      .withContext({ tenant: 'acme' })
      .withContext(() => ({ token: 't' }))
    createContextClient(new ClientV2(INFO), valibot).withContext({ token: 't' })
    createContextClient(new ClientV2(INFO), arktype).withContext({ token: 't' })
    inheritContext(zod, ['tenant', 'token'])
    // @ts-expect-error a field that neither side has
    createContextClient(new ClientV1(INFO), zod).withContext({ tokn: 't' })
    // @ts-expect-error the same in valibot
    createContextClient(new ClientV2(INFO), valibot).withContext(() => ({ tokn: 't' }))
    // @ts-expect-error the same in arktype
    inheritContext(arktype, ['tokn'])
  })
})

describe('a source that returns any', () => {
  const client = createContextClient(new ClientV1(INFO), zodDiscriminated)

  it('compiles', () => {
    client.withContext(() => JSON.parse('{}'))
    client.withContext(async () => JSON.parse(await (await fetch('https://example.com')).text()))
    createContextClient(new ClientV2(INFO), zodDiscriminated, { context: () => JSON.parse('{}') })
  })

  it('and one that returns unknown does not', () => {
    // @ts-expect-error nobody said what it is
    client.withContext(() => JSON.parse('{}') as unknown)
  })
})
