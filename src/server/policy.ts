import type { AnyDefinition } from '../core/definition.js'
import { ContextError } from '../core/error.js'
import { quote } from '../core/quote.js'

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
}

/** A definition as it is installed: what requests are admitted by. */
export interface Policy {
  readonly definition: AnyDefinition
  readonly required: RequiredContext
  requires(request: PolicyRequest): boolean
}

/**
 * Adds a policy. Installing a definition twice is the same as once.
 *
 * @throws ContextError `invalid_definition` for a definition that is there with other options
 */
export function addPolicy(policies: Policy[], policy: Policy): void {
  const installed = policies.find(({ definition }) => definition === policy.definition)
  if (installed === undefined) policies.push(policy)
  else if (!sameRequirement(installed.required, policy.required)) {
    throw new ContextError(
      'invalid_definition',
      `${policy.definition.key} is installed here already, with other options: install a definition once`,
    )
  }
}

function sameRequirement(one: RequiredContext, other: RequiredContext): boolean {
  return one === other || (Array.isArray(one) && JSON.stringify(one) === JSON.stringify(other))
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

const OPTIONS: readonly string[] = ['required']

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
  if (typeof definition?.schema?.['~standard']?.validate !== 'function') {
    throw new ContextError('invalid_definition', 'the definition is not one that defineContext() made')
  }
  const required = options.required ?? false
  return { definition, required, requires: requirement(required) }
}

function requirement(required: unknown): Policy['requires'] {
  if (required === false) return () => false
  if (required === true) return requirement(USUAL)
  if (typeof required === 'function') {
    return (request) => !NEVER.has(request.method) && Boolean(required(request))
  }
  if (!Array.isArray(required) || !required.every((method) => typeof method === 'string')) {
    throw new ContextError(
      'invalid_definition',
      "required must be true, false, a list such as ['tools/call'] or a function",
    )
  }
  const never = required.find((method) => NEVER.has(method) || method.startsWith('notifications/'))
  if (never !== undefined) {
    throw new ContextError(
      'invalid_definition',
      `required: ${quote(never)} never needs a context, so it cannot be required`,
    )
  }
  const methods = new Set<string>(required)
  return ({ method }) => methods.has(method)
}
