import { assertDefinition } from '../definition/define-context.js'
import type { AnyDefinition } from '../definition/types.js'
import { checkOptions, invalidDefinition } from '../errors/invalid-definition.js'
import { quote } from '../shared/printable.js'
import { DEFAULT_REQUIRED, isContextFree, MAX_METHODS } from '../wire/constants.js'
import type { HttpPolicy, InstallOptions, RequiredContext, RequiredRequest } from './types.js'

/** A definition as it is installed, with its checked options. */
export interface Policy {
  readonly definition: AnyDefinition
  readonly required: RequiredContext
  readonly http: HttpPolicy
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
  const required = options.required ?? false
  return { definition, required, requires: resolveRequired(required), http: resolveHttp(options.http) }
}

function resolveHttp(options: Partial<HttpPolicy> = {}): HttpPolicy {
  checkOptions('http', options, ['verify', 'lift', 'prefer'])
  const { verify = 'mismatch', lift = false, prefer = 'meta' } = options as Partial<HttpPolicy>
  if (verify !== 'mismatch' && verify !== 'strict' && verify !== false) {
    throw invalidDefinition("http: verify must be 'mismatch', 'strict' or false")
  }
  if (typeof lift !== 'boolean') throw invalidDefinition('http: lift must be true or false')
  if (prefer !== 'meta' && prefer !== 'header') throw invalidDefinition("http: prefer must be 'meta' or 'header'")
  if (prefer === 'header' && !lift) throw invalidDefinition("http: prefer: 'header' needs lift: true")
  return { verify, lift, prefer }
}

function resolveRequired(required: unknown): Policy['requires'] {
  if (required === false) return () => false
  if (typeof required === 'function') {
    return (request) => !isContextFree(request.method) && Boolean(required(request))
  }
  const methods = required === true ? DEFAULT_REQUIRED : required
  if (!Array.isArray(methods) || !methods.every((method) => typeof method === 'string')) {
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

/** The methods that a policy requires a context for; `undefined` where a function decides for each request. */
export function requiredMethods({ required }: Policy): string[] | undefined {
  if (typeof required === 'function') return undefined
  return required === true ? [...DEFAULT_REQUIRED] : required === false ? [] : [...required]
}

/**
 * Adds a policy to a list. To install a definition twice with the same options is the same as once.
 *
 * @throws ContextError `invalid_definition` when the definition is there with other options
 */
export function addPolicy(policies: Policy[], policy: Policy): void {
  const installed = policies.find(({ definition }) => definition === policy.definition)
  if (installed === undefined) policies.push(policy)
  else if (!isSamePolicy(installed, policy)) {
    throw invalidDefinition(
      `${policy.definition.key} is already installed here with other options: install a definition once`,
    )
  }
}

function isSamePolicy(one: Policy, other: Policy): boolean {
  if (typeof one.required === 'function' && one.required !== other.required) return false
  return JSON.stringify([one.required, one.http]) === JSON.stringify([other.required, other.http])
}
