// A gateway that asks for OAuth in front of an MCP server, and the authorization server that it trusts.
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { listen } from './http.js'

/** A POST that came to the gateway, let through or not. */
interface Attempt {
  readonly method: string
  readonly id?: unknown
  readonly meta: Record<string, unknown>
  readonly headers: IncomingMessage['headers']
  readonly status: 'passed' | 401
}

interface Guarded {
  readonly url: URL
  readonly attempts: Attempt[]
  readonly authProvider: OAuthClientProvider
  /** The access token that the client has. */
  token(): string
  /** Lets the client's access token expire. */
  expire(): void
}

/** Puts a gateway in front of an MCP server until the test is over. Access tokens are `access-1`, `access-2` and so on. */
export async function guarded(target: URL): Promise<Guarded> {
  let issued = 1
  let valid = true
  let tokens = tokensOf(issued)
  const attempts: Attempt[] = []
  const url = await listen(async (incoming, response) => {
    const { host = '', authorization } = incoming.headers
    const origin = `http://${host}`
    const path = incoming.url ?? ''
    const body = await textOf(incoming)
    if (path.startsWith('/.well-known/oauth-protected-resource')) {
      return answer(response, 200, { resource: `${origin}/mcp`, authorization_servers: [origin] })
    }
    if (path.startsWith('/.well-known/')) return answer(response, 200, metadataOf(origin))
    if (path === '/token') {
      if (new URLSearchParams(body).get('grant_type') !== 'refresh_token') return answer(response, 400, {})
      // Several requests may find the token expired at once.
      if (!valid) issued++
      valid = true
      return answer(response, 200, tokensOf(issued))
    }
    const passed = valid && authorization === `Bearer access-${issued}`
    if (incoming.method === 'POST') attempts.push(attemptOf(body, incoming, passed ? 'passed' : 401))
    if (!passed) {
      const resource = `${origin}/.well-known/oauth-protected-resource`
      response.setHeader('www-authenticate', `Bearer resource_metadata="${resource}"`)
      return answer(response, 401, {})
    }
    forward(target, incoming, body, response)
  })
  const authProvider: OAuthClientProvider = {
    redirectUrl: 'http://127.0.0.1/callback',
    clientMetadata: { redirect_uris: ['http://127.0.0.1/callback'] },
    // SDK 2 asks which authorization server they are from.
    clientInformation: () => ({ client_id: 'test', issuer: url.origin }),
    tokens: () => ({ ...tokens, issuer: url.origin }),
    saveTokens: (saved) => {
      tokens = saved as typeof tokens
    },
    codeVerifier: () => '',
    saveCodeVerifier: () => {},
    redirectToAuthorization: () => {
      throw new Error('refreshing should have done')
    },
  }
  const expire = () => {
    valid = false
  }
  return { url, attempts, authProvider, token: () => tokens.access_token, expire }
}

function tokensOf(issued: number) {
  return { access_token: `access-${issued}`, token_type: 'Bearer', refresh_token: `refresh-${issued}` }
}

function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
  }
}

function attemptOf(body: string, { headers }: IncomingMessage, status: Attempt['status']): Attempt {
  const { method, id, params } = JSON.parse(body)
  return { method, id, meta: params?._meta ?? {}, headers, status }
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) text += chunk
  return text
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function forward(target: URL, { method, url = '', headers }: IncomingMessage, body: string, response: ServerResponse) {
  const passed = request(new URL(url, target), { method, headers: { ...headers, host: target.host } }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers)
    answered.pipe(response)
  })
  passed.on('error', () => response.destroy())
  response.on('close', () => passed.destroy())
  passed.end(body)
}
