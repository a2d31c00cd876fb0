import { type LinkedTransport, linkedPair, type Major } from './sdk.js'

interface Request {
  id?: string | number
  method: string
  params?: { _meta?: Record<string, unknown>; [name: string]: unknown }
}

/** Answers that satisfy the result schemas of both majors, all at once. */
const ANYTHING = {
  tools: [],
  prompts: [],
  resources: [],
  resourceTemplates: [],
  roots: [],
  tasks: [],
  contents: [],
  messages: [],
  content: [],
  completion: { values: [] },
  action: 'decline',
  role: 'assistant',
  model: 'm',
  resultType: 'complete',
}

/** A peer that records what arrives and answers every request: for what a client sends, whatever a server makes of it. */
export class ScriptedPeer {
  readonly near: LinkedTransport
  readonly received: Request[] = []
  readonly #far: LinkedTransport

  constructor(major: Major, answer: (request: Request) => object | undefined = () => undefined) {
    const [near, far] = linkedPair(major)
    this.near = near
    this.#far = far
    far.onmessage = (message) => {
      const request = message as Request
      if (request.method === undefined) return
      this.received.push(structuredClone(request))
      if (request.id === undefined) return
      const result = answer(request) ?? HANDSHAKES[request.method]?.(request) ?? structuredClone(ANYTHING)
      void far.send({ jsonrpc: '2.0', id: request.id, result })
    }
    void far.start()
  }

  /** Sends a message of its own. */
  send(message: object): Promise<void> {
    return this.#far.send({ jsonrpc: '2.0', ...message })
  }

  /** What arrived for a method since the handshake. */
  of(method: string): Request[] {
    return this.received.filter((request) => request.method === method)
  }
}

const CAPABILITIES = {
  tools: {},
  prompts: {},
  resources: { subscribe: true },
  logging: {},
  completions: {},
  tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
}

const HANDSHAKES: Record<string, (request: Request) => object> = {
  initialize: (request) => ({
    protocolVersion: request.params?.protocolVersion,
    capabilities: CAPABILITIES,
    serverInfo: { name: 'scripted', version: '1.0.0' },
  }),
  'server/discover': () => ({
    supportedVersions: ['2026-07-28'],
    capabilities: CAPABILITIES,
    resultType: 'complete',
    ttlMs: 0,
    cacheScope: 'private',
  }),
}
