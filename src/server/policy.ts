import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import { quote } from '../shared/printable.js'
import { DEFAULT_REQUIRED, isContextFree, MAX_METHODS } from '../wire/constants.js'
import type { HttpPolicy, InstallOptions, RequiredContext, RequiredRequest } from './types.js'

/** A checked policy for headers: `lift` lists the fields. */
export interface HeaderPolicy extends HttpPolicy {
  readonly lift: readonly string[]
}

/** A definition as it is installed, with its checked options. */
export interface Policy {
  readonly definition: AnyDefinition
  readonly required: RequiredContext
  readonly http: HeaderPolicy
  /** Whether a request needs the context. */
  requires(request: RequiredRequest): boolean
}

/**
 * Checks the options that a definition is installed with.
 *
 * @throws ContextError `invalid_definition`, naming the offender
 */
export function resolvePolicy(definition: AnyDefinition, options: InstallOptions): Policy {
  assertDefinition(definition)
  checkOptions('installContext()', options, ['required', 'http', 'advertise'])
  if (!['schema', 'names', undefined].includes(options.advertise)) {
    throw invalidDefinition("advertise must be 'schema' or 'names'")
  }
  const { required = false } = options
  return { definition, required, requires: resolveRequired(required), http: resolveHttp(definition, options.http) }
}

function resolveHttp({ headers }: AnyDefinition, options: Partial<HttpPolicy> = {}): HeaderPolicy {
  checkOptions('http', options, ['verify', 'lift', 'prefer', 'required'])
  const { verify = 'mismatch', lift = false, prefer = 'meta', required = false } = options as Partial<HttpPolicy>
  const bound = headers.map(({ field }) => field)
  const lifted = lift === true ? bound : lift || []
  if (verify !== 'mismatch' && verify !== 'strict' && verify !== false) {
    throw invalidDefinition("http: verify must be 'mismatch', 'strict' or false")
  }
  if (lift !== false && !(Array.isArray(lifted) && lifted[0] && lifted.every((field) => bound.includes(field)))) {
    throw invalidDefinition(`http: lift must be true, false or a list of bound fields: ${bound.join(', ') || 'none'}`)
  }
  if (prefer !== 'meta' && (prefer !== 'header' || !lift)) {
    throw invalidDefinition("http: prefer must be 'meta' or, with lift, 'header'")
  }
  if (typeof required !== 'boolean') throw invalidDefinition('http: required must be true or false')
  // In the order of the bindings, because policies are compared.
  return { verify, lift: bound.filter((field) => lifted.includes(field)), prefer, required }
}

function resolveRequired(required: unknown): Policy['requires'] {
  if (required === false) return () => false
  if (typeof required === 'function') {
    return (request) => !isContextFree(request.method) && decide(required(request))
  }
  const methods = required === true ? DEFAULT_REQUIRED : required
  if (
    !Array.isArray(methods) ||
    methods.length === 0 ||
    !methods.every((method) => method && typeof method === 'string')
  ) {
    throw invalidDefinition("required must be true, false, a list such as ['tools/call'] or a function")
  }
  if (methods.length > MAX_METHODS) {
    throw invalidDefinition(`required: ${methods.length} methods; the limit is ${MAX_METHODS}, or give a function`)
  }
  const free = methods.find(isContextFree)
  if (free !== undefined) {
    throw invalidDefinition(`required: ${quote(free)} never needs a context, so it cannot be required`)
  }
  const set = new Set<string>(methods)
  return ({ method }) => set.has(method)
}

/** A promise is no decision: taken for `true` or `false`, it would be the same for every request. */
function decide(verdict: unknown): boolean {
  if (typeof verdict === 'boolean') return verdict
  // What it rejects with would end the process.
  Promise.resolve(verdict).catch(() => {})
  throw invalidDefinition('required: the function must return true or false')
}

/** The methods that a policy requires a context for; `undefined` where a function decides for each request. */
export function requiredMethods({ required }: Policy): string[] | undefined {
  if (typeof required === 'function') return undefined
  return required === true ? [...DEFAULT_REQUIRED] : required === false ? [] : [...required]
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
    throw invalidDefinition(
      `${definition.key} is already installed here with another definition or other options: install a key once`,
    )
  }
}

function isSamePolicy(one: Policy, other: Policy): boolean {
  if (typeof one.required === 'function' && one.required !== other.required) return false
  return JSON.stringify([one.required, one.http]) === JSON.stringify([other.required, other.http])
}
