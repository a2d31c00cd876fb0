import { codecOf } from '../core/codec-of.js'
import { MOST_METHODS } from '../core/constants.js'
import type { ContextCodec } from '../core/context-codec.js'
import type { AnyDefinition } from '../core/context-definition.js'
import { ContextError } from '../core/error.js'
import { isObject } from '../core/own.js'
import { quote } from '../core/quote.js'
import type { HttpPolicy } from '../http/reconcile.js'

/** What a policy is told about a request. */
export interface PolicyRequest {
  readonly method: string
  readonly params?: unknown
}

/**
 * Which requests need a context: `true` for the usual four (`tools/call`, `resources/read`, `prompts/get`,
 * `completion/complete`), a list of methods, or a predicate. Listing, `initialize`, `server/discover`, `ping` and
 * notifications never need one.
 */
export type RequiredContext = boolean | readonly string[] | ((request: PolicyRequest) => boolean)

/** The options of `installContext` and `contextTransport`. */
export interface InstallOptions {
  /** Which requests are refused without a context. Default `false`: none. */
  readonly required?: RequiredContext | undefined
  /** What is made of HTTP headers that fields are bound to; on a transport without HTTP, nothing. */
  readonly http?: Partial<HttpPolicy> | undefined
}

/** A definition as it is installed: what requests are admitted by. */
export interface Policy {
  readonly definition: AnyDefinition
  readonly codec: ContextCodec
  readonly required: RequiredContext
  readonly http: HttpPolicy
  requires(request: PolicyRequest): boolean
}

/** The methods that a policy requires a context for, where it can say so beforehand. */
export function requiredMethods({ required }: Policy): string[] | undefined {
  if (typeof required === 'function') return undefined
  return required === true ? [...USUAL] : required === false ? [] : [...required]
}

/**
 * Adds a policy. Installing a definition twice is the same as once.
 *
 * @throws ContextError `invalid_definition` for a definition that is there with other options
 */
export function addPolicy(policies: Policy[], policy: Policy): void {
  const installed = policies.find(({ definition }) => definition === policy.definition)
  if (installed === undefined) policies.push(policy)
  else if (!isSame(installed, policy)) {
    throw new ContextError(
      'invalid_definition',
      `${policy.definition.key} is installed here already, with other options: install a definition once`,
    )
  }
}

function isSame(one: Policy, other: Policy): boolean {
  if (typeof one.required === 'function' && one.required !== other.required) return false
  return JSON.stringify([one.required, one.http]) === JSON.stringify([other.required, other.http])
}

const USUAL = ['tools/call', 'resources/read', 'prompts/get', 'completion/complete']

const NEVER: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'roots/list',
  'tasks/list',
])

/** Whether a method never needs a context, so that none may be required (spec RC-025). */
export function neverNeeds(method: string): boolean {
  return NEVER.has(method) || method.startsWith('notifications/')
}

const OPTIONS: readonly string[] = ['required', 'http']

/**
 * Checks what a definition is installed with.
 *
 * @throws ContextError `invalid_definition`, naming the offender
 */
export function resolvePolicy(definition: AnyDefinition, options: InstallOptions): Policy {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new ContextError('invalid_definition', `there is no option ${quote(name)}; there is ${OPTIONS.join(', ')}`)
    }
  }
  const codec = codecOf(definition)
  const required = options.required ?? false
  return { definition, codec, required, requires: requirement(required), http: resolveHttp(options.http) }
}

function resolveHttp(options: Partial<HttpPolicy> = {}): HttpPolicy {
  if (!isObject(options)) throw refuseHttp("must be an object such as { verify: 'strict' }")
  const { verify = 'mismatch', lift = false, prefer = 'meta', ...rest } = options
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw refuseHttp(`there is no ${quote(unknown)}; there are verify, lift and prefer`)
  if (verify !== 'mismatch' && verify !== 'strict' && verify !== false) {
    throw refuseHttp("verify must be 'mismatch', 'strict' or false")
  }
  if (typeof lift !== 'boolean') throw refuseHttp('lift must be true or false')
  if (prefer !== 'meta' && prefer !== 'header') throw refuseHttp("prefer must be 'meta' or 'header'")
  if (prefer === 'header' && !lift) throw refuseHttp("prefer: 'header' needs lift: true")
  return { verify, lift, prefer }
}

function refuseHttp(message: string): ContextError {
  return new ContextError('invalid_definition', `http: ${message}`)
}

function requirement(required: unknown): Policy['requires'] {
  if (required === false) return () => false
  if (required === true) return requirement(USUAL)
  if (typeof required === 'function') {
    return (request) => !neverNeeds(request.method) && Boolean(required(request))
  }
  if (!Array.isArray(required) || !required.every((method) => typeof method === 'string')) {
    throw new ContextError(
      'invalid_definition',
      "required must be true, false, a list such as ['tools/call'] or a function",
    )
  }
  if (required.length > MOST_METHODS) {
    throw new ContextError(
      'invalid_definition',
      `required: ${required.length} methods; the limit is ${MOST_METHODS}, or give a function`,
    )
  }
  const never = required.find(neverNeeds)
  if (never !== undefined) {
    throw new ContextError(
      'invalid_definition',
      `required: ${quote(never)} never needs a context, so it cannot be required`,
    )
  }
  const methods = new Set<string>(required)
  return ({ method }) => methods.has(method)
}
