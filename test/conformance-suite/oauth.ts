// What an OAuth client does that has no browser: it follows the authorization server's redirect itself.
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'

const REDIRECT = 'http://localhost:3000/callback'
const CLIENT_METADATA = 'https://conformance-test.local/client-metadata.json'

export interface Registered {
  readonly client_id: string
  readonly client_secret: string
}

/** The part of an SDK that does OAuth; both majors have it. */
export interface Authorizer {
  auth(provider: OAuthClientProvider, options: object): Promise<string>
  extractWWWAuthenticateParams(response: Response): { resourceMetadataUrl?: URL; scope?: string }
}

class Provider implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT
  readonly clientMetadata = { client_name: 'conformance', redirect_uris: [REDIRECT] }
  readonly clientMetadataUrl = CLIENT_METADATA
  code: string | undefined
  #information: Record<string, unknown> | undefined
  #tokens: unknown
  #verifier = ''

  constructor(registered: Registered | undefined) {
    this.#information = registered && { ...registered, redirect_uris: [REDIRECT] }
  }

  clientInformation() {
    return this.#information as never
  }
  saveClientInformation(information: object) {
    this.#information = information as Record<string, unknown>
  }
  tokens() {
    return this.#tokens as never
  }
  saveTokens(tokens: object) {
    this.#tokens = tokens
  }
  codeVerifier() {
    return this.#verifier
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier
  }
  async redirectToAuthorization(url: URL) {
    const location = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? ''
    this.code = new URL(location).searchParams.get('code') ?? undefined
  }
}

/** A `fetch` that gets a token when it is refused, and sends the request once more. */
export function authorized(
  { auth, extractWWWAuthenticateParams }: Authorizer,
  serverUrl: URL,
  registered?: Registered,
): FetchLike {
  const provider = new Provider(registered)
  const send: FetchLike = (url, init) => {
    const headers = new Headers(init?.headers)
    const tokens = provider.tokens() as { access_token: string } | undefined
    if (tokens !== undefined) headers.set('Authorization', `Bearer ${tokens.access_token}`)
    return fetch(url, { ...init, headers })
  }
  return async (url, init) => {
    const refused = await send(url, init)
    if (refused.status !== 401 && refused.status !== 403) return refused
    const options = { serverUrl, ...extractWWWAuthenticateParams(refused) }
    if ((await auth(provider, options)) === 'REDIRECT')
      await auth(provider, { ...options, authorizationCode: provider.code })
    const response = await send(url, init)
    if (response.status === 401 || response.status === 403) throw new Error(`HTTP ${response.status} with a new token`)
    return response
  }
}
