// The Envoy configuration of docs/http-bridge.md: Envoy's own definitions take it, and it does what the text says.
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configuration } from './document.js'
import { issuesOf } from './envoy-api.js'
import { boundHeaders } from './programs.js'

const text = configuration('yaml', 'envoy.yaml')

describe('Envoy’s definitions', () => {
  test('take the configuration', () => {
    expect(issuesOf(parse(text))).toEqual([])
  })

  test.each<[claim: string, from: string, to: string, issue: string]>([
    ['a field that there is not', 'stat_prefix: mcp', 'stat_prefixes: mcp', 'unknown field: "stat_prefixes"'],
    ['one within a route', 'weighted_clusters:', 'weighed_clusters:', 'unknown field: "weighed_clusters"'],
    ['one within a cluster', 'cluster_name: auth', 'name: auth', 'unknown field: "name"'],
    ['a type that there is not', 'ext_authz.v3.ExtAuthz', 'ext_authz.v3.ExtAuth', 'no such type'],
    [
      'a value that an enum has not',
      'transport_api_version: V3',
      'transport_api_version: V1',
      'unknown enum value: "V1"',
    ],
    ['a duration without a unit', 'timeout: 1s', 'timeout: 1', 'expected duration string'],
    ['a number that is none', 'port_value: 3001', 'port_value: acme', 'invalid integer: "acme"'],
    ['a list for a string', 'domains: ["*"]', 'domains: [["*"]]', 'expected string'],
    ['two of which there is one', '{ exact: acme }', '{ exact: acme, prefix: a }', 'multiple values for oneof'],
    ['a string that is required', 'stat_prefix: mcp', 'server_name: mcp', '/stat_prefix: is required'],
    ['a message that is required', 'timeout: 1s', '', '/timeout: is required'],
    [
      'one of which there must be one',
      'uri: http://127.0.0.1:4180, cluster: auth,',
      'uri: http://127.0.0.1:4180,',
      '/http_upstream_type: is required',
    ],
    ['a list that is empty', 'domains: ["*"]', 'domains: []', '/domains: is empty'],
    ['what is deprecated', 'string_match: { exact: acme }', 'exact_match: acme', '/exact_match: is deprecated'],
    ['an extension without a type', '"@type"', 'type', 'has no @type'],
  ])('refuse %s', (_claim, from, to, issue) => {
    expect(text).toContain(from)
    expect(issuesOf(parse(text.replace(from, to))).join('\n')).toContain(issue)
  })
})

// As far as the tests read it.
interface Route {
  match: {
    path?: string
    prefix?: string
    headers?: { name: string; string_match?: { exact: string }; present_match?: boolean }[]
  }
  route?: {
    cluster?: string
    weighted_clusters?: { clusters: { name: string; weight: number }[] }
    timeout?: string
    idle_timeout?: string
  }
  direct_response?: { status: number }
}

interface Cluster {
  name: string
  load_assignment: {
    cluster_name: string
    endpoints: { lb_endpoints: { endpoint: { address: { socket_address: { port_value: number } } } }[] }[]
  }
}

const bootstrap = parse(text).static_resources
const [listener] = bootstrap.listeners
const manager = listener.filter_chains[0].filters[0].typed_config
const [authz, router] = manager.http_filters.map((filter: { typed_config: object }) => filter.typed_config)
const routes: Route[] = manager.route_config.virtual_hosts[0].routes
const clusters: Cluster[] = bootstrap.clusters
const removed: string[] = manager.early_header_mutation_extensions.flatMap(
  ({ typed_config }: { typed_config: { mutations: { remove: string }[] } }) =>
    typed_config.mutations.map(({ remove }) => remove),
)
const exact = ({ patterns }: { patterns: { exact: string }[] }) => patterns.map((pattern) => pattern.exact)

const clustersOf = ({ route }: Route) =>
  [route?.cluster, ...(route?.weighted_clusters?.clusters.map(({ name }) => name) ?? [])].filter(
    (name) => name !== undefined,
  )

/** Where Envoy sends a request, after config.route.v3.RouteMatch and HeaderMatcher. */
function routed(path: string, tenant: string | undefined): string[] | number | undefined {
  const found = routes.find(
    ({ match }) =>
      (match.path === undefined || match.path === path) &&
      (match.prefix === undefined || path.startsWith(match.prefix)) &&
      (match.headers ?? []).every(({ name, string_match, present_match }) => {
        expect(name).toBe('x-tenant-id')
        return string_match === undefined ? present_match === (tenant !== undefined) : string_match.exact === tenant
      }),
  )
  return found?.direct_response?.status ?? (found && clustersOf(found))
}

describe('routes', () => {
  test.each<[path: string, tenant: string | undefined, to: string[] | number]>([
    ['/mcp', 'acme', ['acme']],
    ['/mcp', 'globex', ['globex']],
    ['/mcp', undefined, ['acme', 'globex']],
    ['/mcp', 'initech', 403],
    ['/mcp', 'ACME', 403],
    ['/mcp', 'acme,globex', 403],
    ['/mcp', '=?base64?YWNtZQ==?=', 403],
    ['/mcp', '', 403],
    ['/admin', 'acme', 403],
    ['/mcp/', undefined, 403],
  ])('%s of tenant %s goes to %s', (path, tenant, to) => {
    expect(routed(path, tenant)).toEqual(to)
  })

  test('lead to clusters that there are, each with a port of its own', () => {
    const names = clusters.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(routes.flatMap(clustersOf)))
    expect(names).toContain(authz.http_service.server_uri.cluster)
    const ports = clusters.map(({ name, load_assignment }) => {
      expect(load_assignment.cluster_name).toBe(name)
      return load_assignment.endpoints[0]?.lb_endpoints[0]?.endpoint.address.socket_address.port_value
    })
    expect(ports).toEqual([3001, 3002, 4180])
    expect(authz.http_service.server_uri.uri).toBe('http://127.0.0.1:4180')
    expect(listener.address.socket_address.port_value).toBe(8080)
  })

  test('have no end, and may be silent for an hour', () => {
    const proxied = routes.filter(({ route }) => route !== undefined)
    expect(proxied).toHaveLength(3)
    for (const { route } of proxied) expect(route).toMatchObject({ timeout: '0s', idle_timeout: '3600s' })
  })
})

describe('headers', () => {
  let call: string[]
  let gateway: string[]

  beforeAll(async () => {
    ;({ call, gateway } = await boundHeaders())
  })

  test('of the gateway are removed from what a client sends, then set by the auth service', () => {
    expect(removed).toEqual(gateway)
    expect(exact(authz.http_service.authorization_response.allowed_upstream_headers)).toEqual(gateway)
    expect(text.replaceAll(/^ *#.*$/gm, '')).not.toContain('request_headers_to_remove')
    expect(authz['@type']).toMatch(/\.ExtAuthz$/)
    expect(router['@type']).toMatch(/\.Router$/)
    expect(manager.http_filters).toHaveLength(2)
  })

  test('of the call are those that are routed by and that the auth service gets', () => {
    const routedBy = routes.flatMap(({ match }) => match.headers?.map(({ name }) => name) ?? [])
    const known = [...exact(authz.allowed_headers), ...routedBy].filter((name) => name.startsWith('x-'))
    expect(call).toEqual(expect.arrayContaining(known))
    expect(exact(authz.allowed_headers)).toContain('x-tenant-id')
  })

  test('in the log are those of the call, and nothing else that a request carries', () => {
    const format = JSON.stringify(manager.access_log)
    const logged = [...format.matchAll(/%REQ\(([^)]*)\)%/g)].map(([, name = '']) => name.toLowerCase())
    expect(logged).toEqual(call)
    const operators = [...format.matchAll(/%([A-Z_]+)/g)].map(([, operator]) => operator)
    expect(new Set(operators)).toEqual(new Set(['REQ', 'RESPONSE_CODE', 'UPSTREAM_HOST']))
  })

  test('are never let through because the auth service cannot be reached', () => {
    expect(authz.failure_mode_allow ?? false).toBe(false)
    expect(Object.keys(authz)).toEqual(['@type', 'transport_api_version', 'http_service', 'allowed_headers'])
  })
})
