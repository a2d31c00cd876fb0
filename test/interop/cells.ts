// The cells of the matrix: which client meets which server, in which protocol era, over which transport.
import { MAJORS, type Major } from '../support/sdk.js'

export type Era = 'initialize' | '2026-07-28'

export const TRANSPORTS = [
  'in memory',
  'stdio',
  'HTTP, stateful, SSE',
  'HTTP, stateful, JSON',
  'HTTP, stateless, SSE',
  'HTTP, stateless, JSON',
  'createMcpHandler',
  'HTTP+SSE',
] as const

export type Transport = (typeof TRANSPORTS)[number]

export interface Cell {
  readonly client: Major
  readonly server: Major
  readonly era: Era
  readonly transport: Transport
  /** The protocol version that the client offers, where it is not the newest. */
  readonly offers?: string
}

/** What both SDKs take besides the newest of the era. */
export const OLDER = ['2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'] as const

/** All that can be combined, whether the SDKs can do it or not. */
export const ALL: readonly Cell[] = MAJORS.flatMap((client) =>
  MAJORS.flatMap((server) => [
    ...TRANSPORTS.map((transport): Cell => ({ client, server, era: 'initialize', transport })),
    ...OLDER.map((offers): Cell => ({ client, server, era: 'initialize', transport: 'in memory', offers })),
    ...TRANSPORTS.map((transport): Cell => ({ client, server, era: '2026-07-28', transport })),
  ]),
)

export function nameOf({ client, server, era, transport, offers }: Cell): string {
  return `client ${client}, server ${server}, ${offers ?? era}, ${transport}`
}
