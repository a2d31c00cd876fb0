import { assertDefinition } from '../definition/define-context.js'
import { assertFields } from '../definition/schema-fields.js'
import type { AnyDefinition } from '../definition/types.js'
import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import { quote } from '../shared/printable.js'
import { DEFAULT_REQUIRED, isContextFree, MAX_METHODS } from '../wire/constants.js'
import type { HttpPolicy, InstallOptions, RequiredRequest } from './types.js'

/** A checked policy for headers: `lift` lists the fields. */
export interface HeaderPolicy extends HttpPolicy {
  readonly lift: readonly string[]
}

/** A definition as it is installed, with its checked options. */
export interface Policy {
  readonly definition: AnyDefinition
  /** The methods that need the context, unless a function says which requests do. */
  readonly methods: readonly string[]
  readonly decide: ((request: RequiredRequest) => boolean) | undefined
  readonly http: HeaderPolicy
  /** What a server tells of the schema. A transport advertises nothing. */
  readonly advertise?: InstallOptions['advertise']
}

/**
 * Checks the options that a definition is installed with.
 *
 * @param owner the function that takes the options
 * @param known the names of its options
 * @throws ContextError `invalid_definition`, naming the offender
 */
export function resolvePolicy(
  owner: string,
  definition: AnyDefinition,
  options: InstallOptions,
  known: readonly string[],
): Policy {
  assertDefinition(definition)
  checkOptions(owner, options, known)
  const { required, http, advertise = 'schema' } = options
  assertOneOf('advertise', advertise, ['schema', 'names'])
  const decide = typeof required === 'function' ? required : undefined
  const methods = decide === undefined ? resolveMethods(required) : []
  return { definition, methods, decide, http: resolveHttp(definition, http), advertise }
}

function assertOneOf(option: string, value: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(value)) return
  throw invalidDefinition(`${option} must be ${allowed.join(' or ')}`)
}

function resolveHttp({ headers }: AnyDefinition, options: Partial<HttpPolicy> = {}): HeaderPolicy {
  checkOptions('http', options, ['verify', 'lift', 'prefer', 'required'])
  const { verify = 'mismatch', lift = false, prefer = 'meta', required = false } = options
  assertOneOf('http: verify', verify, ['mismatch', 'strict', false])
  assertOneOf('http: prefer', prefer, ['meta', 'header'])
  assertOneOf('http: required', required, [true, false])
  const bound = headers.map(({ field }) => field)
  if (typeof lift !== 'boolean') assertFields('http: lift', lift, bound)
  // In the order of the bindings, because policies are compared.
  const lifted = bound.filter((field) => lift && (lift === true || lift.includes(field)))
  if ((lift || prefer === 'header') && lifted.length === 0) {
    throw invalidDefinition('http: lift and prefer need a bound field to lift')
  }
  return { verify, lift: lifted, prefer, required }
}

function resolveMethods(required: unknown = false): readonly string[] {
  if (required === false) return []
  const methods = required === true ? DEFAULT_REQUIRED : required
  const isMethod = (method: unknown) => method && typeof method === 'string'
  if (!Array.isArray(methods) || !methods[0] || methods.length > MAX_METHODS || !methods.every(isMethod)) {
    throw invalidDefinition(`required must be true, false, a function or a list of 1 to ${MAX_METHODS} methods`)
  }
  const free = methods.find(isContextFree)
  if (free === undefined) return [...methods]
  throw invalidDefinition(`required: ${quote(free)} never needs a context`)
}

/**
 * Whether a request needs the context of a policy.
 *
 * @throws ContextError `invalid_definition` for a `required` function that returns anything but `true` and `false`
 */
export function isRequired({ methods, decide }: Policy, request: RequiredRequest): boolean {
  if (decide === undefined) return methods.includes(request.method)
  if (isContextFree(request.method)) return false
  const verdict: unknown = decide(request)
  if (typeof verdict === 'boolean') return verdict
  // A promise is no decision: taken for `true`, it would be the same for every request. What it rejects with would end the
  // process.
  Promise.resolve(verdict).catch(() => {})
  throw invalidDefinition('required: the function must return true or false')
}

/**
 * Adds a policy to a list. To install a definition twice with the same options is the same as once.
 *
 * @throws ContextError `invalid_definition` when its key is there with another definition or other options
 */
export function addPolicy(policies: Policy[], policy: Policy): void {
  const { definition } = policy
  const installed = policies.find((other) => other.definition.key === definition.key)
  if (installed === undefined) policies.push(policy)
  else if (installed.definition !== definition || !isSamePolicy(installed, policy)) {
    throw invalidDefinition(`${definition.key} is already installed here with another definition or other options`)
  }
}

function isSamePolicy(one: Policy, other: Policy): boolean {
  const settings = ({ methods, http, advertise }: Policy) => JSON.stringify([methods, http, advertise])
  return one.decide === other.decide && settings(one) === settings(other)
}
