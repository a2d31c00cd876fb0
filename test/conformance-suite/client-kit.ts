// A client of either SDK major, behind what the suite's client needs of it.
import * as v2 from '@modelcontextprotocol/client'
import * as v1Auth from '@modelcontextprotocol/sdk/client/auth.js'
import * as v1Extensions from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { ContextCapableClient } from 'mcp-request-context/client'
import type { Authorizer } from './oauth.js'

export interface SuiteClient extends ContextCapableClient {
  connect(transport: unknown): Promise<void>
  listTools(): Promise<{ tools: { name: string }[] }>
  callTool(params: object): Promise<unknown>
}

export interface SuiteTransport {
  close(): Promise<void>
}

/** What the suite tells a client that is registered already. */
export interface Credentials {
  readonly client_id: string
  readonly client_secret: string
  readonly private_key_pem?: string
  readonly signing_algorithm?: string
  readonly idp_client_id: string
  readonly idp_id_token: string
  readonly idp_token_endpoint: string
}

export interface Sdk {
  readonly authorizer: Authorizer
  newClient(): SuiteClient
  newTransport(url: URL, options: object): SuiteTransport
  clientCredentials(given: Credentials): unknown
  crossAppAccess(given: Credentials): unknown
}

const INFO = { name: 'conformance', version: '1.0.0' }

/** A client that accepts what it is asked, and leaves the defaults to the SDK. */
const OPTIONS = { capabilities: { elicitation: { form: { applyDefaults: true } } } }
const accept = async () => ({ action: 'accept' as const, content: {} })

const SDK_1: Sdk = {
  authorizer: v1Auth as unknown as Authorizer,
  newClient() {
    const client = new Client(INFO, OPTIONS)
    client.setRequestHandler(ElicitRequestSchema, accept)
    return client as unknown as SuiteClient
  },
  newTransport: (url, options) => new StreamableHTTPClientTransport(url, options),
  clientCredentials: (given) => clientCredentials(v1Extensions, given),
  crossAppAccess() {
    throw new Error('SDK 1 has no cross-app access')
  },
}

const SDK_2: Sdk = {
  authorizer: v2 as unknown as Authorizer,
  newClient() {
    const client = new v2.Client(INFO, OPTIONS)
    client.setRequestHandler('elicitation/create', accept)
    return client as unknown as SuiteClient
  },
  newTransport: (url, options) => new v2.StreamableHTTPClientTransport(url, options),
  clientCredentials: (given) => clientCredentials(v2, given),
  crossAppAccess(given) {
    return new v2.CrossAppAccessProvider({
      clientId: given.client_id,
      clientSecret: given.client_secret,
      assertion: async ({ authorizationServerUrl, resourceUrl, fetchFn }) => {
        const { jwtAuthGrant } = await v2.requestJwtAuthorizationGrant({
          tokenEndpoint: given.idp_token_endpoint,
          audience: authorizationServerUrl,
          resource: resourceUrl,
          idToken: given.idp_id_token,
          clientId: given.idp_client_id,
          fetchFn,
        })
        return jwtAuthGrant
      },
    })
  },
}

export const SDKS: Readonly<Record<string, Sdk>> = { 1: SDK_1, 2: SDK_2 }

type Providers = Pick<typeof v2, 'ClientCredentialsProvider' | 'PrivateKeyJwtProvider'>

function clientCredentials(providers: object, given: Credentials): unknown {
  const { ClientCredentialsProvider, PrivateKeyJwtProvider } = providers as Providers
  const { client_id: clientId, client_secret: clientSecret, private_key_pem: privateKey } = given
  if (privateKey === undefined) return new ClientCredentialsProvider({ clientId, clientSecret })
  return new PrivateKeyJwtProvider({ clientId, privateKey, algorithm: given.signing_algorithm ?? 'ES256' })
}
